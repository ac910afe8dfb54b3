import { processesNamed } from '../computer/processes.ts';
import { installedRule } from '../computer/rule-file.ts';
import type { Scene } from '../scene.ts';
import { ok, type Verdict, warn } from '../verdict.ts';

const IGNORE = 'ID_MM_DEVICE_IGNORE';

/** Whether ModemManager, which talks to serial ports to find modems, keeps away from boards. */
export async function modemManager(scene: Scene): Promise<Verdict> {
  const { computer, usb, asRoot, fix } = scene;
  const [pid] = await processesNamed(computer, 'ModemManager');
  if (pid === undefined) return ok('ModemManager does not run.');
  const rule = (await installedRule(computer))?.text ?? '';
  if (!rule.includes(IGNORE))
    return warn(`ModemManager (process ${pid}) may open the serial ports of boards: nothing tells it not to.`, [
      fix,
      asRoot('systemctl disable --now ModemManager   # if this computer has no modem'),
    ]);
  for (const { path, number } of usb.boards) {
    // What udev remembers of a device, and tells to ModemManager.
    const record = await computer.readText(`/run/udev/data/c${number}`);
    if (record?.includes(`E:${IGNORE}=1`) === true) continue;
    return warn(`ModemManager (process ${pid}) has not been told to leave the board in ${path} alone.`, [
      `${asRoot('udevadm control --reload')} && ${asRoot('udevadm trigger')}`,
      asRoot('systemctl restart ModemManager'),
    ]);
  }
  return ok('ModemManager runs and leaves boards alone.');
}
