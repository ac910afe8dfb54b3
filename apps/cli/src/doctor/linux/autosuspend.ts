import type { Computer } from '../computer/computer.ts';
import { installedRule } from '../computer/rule-file.ts';
import { hubsAbove } from '../computer/usb-devices.ts';
import type { Scene } from '../scene.ts';
import { ok, type Verdict, warn } from '../verdict.ts';

/** What puts devices to sleep behind the back of the rule, and what ends that. */
interface Sleeper {
  readonly says: string;
  readonly do: string;
}

/** Whether boards, and the hubs between them and the computer, stay awake. */
export async function autosuspend({ computer, usb, shipped, asRoot, fix }: Scene): Promise<Verdict> {
  const delaySeconds = Number(await computer.readText('/sys/module/usbcore/parameters/autosuspend'));
  if (delaySeconds < 0) return ok('The kernel puts no USB device to sleep (usbcore.autosuspend=-1).');
  const sleepers = await programs(computer, asRoot);
  const needed = usb.boards.flatMap((board) => [board, ...hubsAbove(usb, board)]);
  const sleepy = [...new Set(needed)].filter(({ powerControl }) => powerControl === 'auto').map(({ path }) => path);
  if (sleepers.length === 0 && sleepy.length === 0) return ok('Nothing puts boards or the hubs above them to sleep.');
  const devices = sleepy.length === 0 ? [] : [`The kernel may put ${sleepy.slice(0, 8).join(', ')} to sleep.`];
  const hasRule = (await installedRule(computer))?.text === shipped;
  const wake = hasRule ? asRoot('udevadm trigger') : fix;
  return warn([...devices, ...sleepers.map(({ says }) => says)].join(' '), [
    ...sleepers.map((sleeper) => sleeper.do),
    ...(sleepy.length === 0 ? [] : [wake]),
  ]);
}

async function programs(computer: Computer, asRoot: Scene['asRoot']): Promise<readonly Sleeper[]> {
  const found: Sleeper[] = [];
  if (await tlpSuspends(computer))
    found.push({
      says: 'TLP puts USB devices to sleep.',
      do: `echo USB_AUTOSUSPEND=0 | ${asRoot('tee -a /etc/tlp.conf')} && ${asRoot('tlp start')}`,
    });
  if ((await computer.linkTarget('/etc/systemd/system/multi-user.target.wants/powertop.service')) !== null)
    found.push({
      says: 'PowerTOP puts USB devices to sleep at every start.',
      do: asRoot('systemctl disable --now powertop.service'),
    });
  return found;
}

/** TLP reads its folder first and its file last; of several settings the last one counts, and 1 is its default. */
async function tlpSuspends(computer: Computer): Promise<boolean> {
  const binaries = await Promise.all(['/usr/sbin/tlp', '/usr/bin/tlp'].map((path) => computer.status(path)));
  if (binaries.every((status) => status === null)) return false;
  const parts = ((await computer.list('/etc/tlp.d')) ?? []).filter((name) => name.endsWith('.conf'));
  const files = [...parts.map((name) => `/etc/tlp.d/${name}`), '/etc/tlp.conf'];
  const texts = await Promise.all(files.map((file) => computer.readText(file)));
  const settings = Array.from(texts.join('\n').matchAll(/^USB_AUTOSUSPEND="?([01])/gm), ([, value]) => value);
  return settings.at(-1) !== '0';
}
