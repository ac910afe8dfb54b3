import { describe, expect, test } from 'vitest';
import { type FakeSpec, LINE, ROOT, RULE } from '../testing/fake-computer.ts';
import { found, withFiles, without } from '../testing/found.ts';
import { GOOD_LINUX, patientWith } from '../testing/good-linux.ts';

const { links } = GOOD_LINUX;
const SYS = '/sys/bus/usb/devices';
const RULE_PATH = '/etc/udev/rules.d/60-flashline.rules';

describe('what is wrong is found by the checks it concerns and by no other', () => {
  const GROUP_WITHOUT_LINE = 'root:x:0:\nplugdev:x:46:other\n';
  const outsider = { ...LINE, groups: [1000] };
  const nodes = ['/dev/bus/usb/001/005', '/dev/bus/usb/001/006', '/dev/ttyACM0'];

  test.each<[string, FakeSpec, Record<string, string>, RegExp]>([
    [
      'no rule',
      withFiles({ [RULE_PATH]: null }),
      { 'udev-rule': 'bad', 'modem-manager': 'warn' },
      /^sudo '\/opt\/my node' \/opt\/flashline doctor --fix$/m,
    ],
    [
      'no rule, as root',
      { ...withFiles({ [RULE_PATH]: null }), user: ROOT },
      { 'udev-rule': 'warn', 'modem-manager': 'warn' },
      /^'\/opt\/my node' \/opt\/flashline doctor --fix$/m,
    ],
    [
      'a rule that was switched off',
      withFiles({ [RULE_PATH]: '' }),
      { 'udev-rule': 'bad', 'modem-manager': 'warn' },
      /--fix/,
    ],
    [
      'another version of the rule',
      withFiles({ [RULE_PATH]: `# old\n${RULE}` }),
      { 'udev-rule': 'warn' },
      /^diff .*\n.*--fix$/m,
    ],
    [
      'an own rule that hides that of a package',
      withFiles({ [RULE_PATH]: `#${RULE}`, [RULE_PATH.replace('/etc', '/usr/lib')]: RULE }),
      { 'udev-rule': 'warn' },
      /diff \/etc/,
    ],
    [
      'udev not running',
      withFiles({ '/run/udev/control': null }),
      { 'udev-rule': 'warn' },
      /systemctl start systemd-udevd/,
    ],
    [
      'no group',
      withFiles({ '/etc/group': 'root:x:0:\n' }),
      { plugdev: 'bad' },
      /^sudo groupadd --system plugdev\nsudo usermod -aG plugdev line$/m,
    ],
    [
      'a user outside the group',
      { ...withFiles({ '/etc/group': GROUP_WITHOUT_LINE }), user: outsider, closed: nodes },
      { plugdev: 'bad', 'board-access': 'bad' },
      /^sudo usermod -aG plugdev line\nLog out and in again/m,
    ],
    [
      'a user outside the group who sits at the computer',
      { ...withFiles({ '/etc/group': GROUP_WITHOUT_LINE }), user: outsider },
      { plugdev: 'warn' },
      /usermod/,
    ],
    [
      'a login that is older than the membership',
      { ...GOOD_LINUX, user: outsider, closed: nodes },
      { plugdev: 'bad', 'board-access': 'bad' },
      /^(Log out and in again, or restart the service of the station.\n?){2}$/,
    ],
    [
      'a rule that udev has not applied',
      { ...GOOD_LINUX, closed: nodes.slice(0, 1), status: { '/dev/bus/usb/001/005': { gid: 0, mode: 0o20664 } } },
      { 'board-access': 'bad' },
      /^sudo udevadm control --reload && sudo udevadm trigger\nPlug the board in again.$/,
    ],
    [
      'a board without a device file',
      withFiles({ '/dev/bus/usb/001/005': null }),
      { 'board-access': 'bad' },
      /^docker run .*\/dev\/bus\/usb/,
    ],
    [
      'a serial port that this user may not open',
      { ...GOOD_LINUX, closed: ['/dev/ttyACM0'], status: { '/dev/ttyACM0': { gid: 20 } } },
      { 'board-access': 'bad' },
      /udevadm trigger/,
    ],
    [
      'a program that has a serial port open',
      { ...GOOD_LINUX, links: { ...links, '/proc/8/fd/3': '/dev/ttyACM0' } },
      { 'held-boards': 'warn' },
      /^ps -o pid,user,args -p 8$/,
    ],
    [
      'a board claimed by a program of another user',
      {
        ...withFiles({ [`${SYS}/1-2.3:1.0/bInterfaceClass`]: 'fe' }),
        links: { ...links, [`${SYS}/1-2.3:1.0/driver`]: '../../../bus/usb/drivers/usbfs' },
      },
      { 'held-boards': 'warn' },
      /^sudo fuser -v \/dev\/bus\/usb\/001\/005$/,
    ],
    [
      'processes that cannot be looked into',
      { ...GOOD_LINUX, closed: ['/proc/7/fd'] },
      { 'held-boards': 'unknown' },
      /^sudo fuser -v \/dev\/ttyACM0$/,
    ],
    [
      'a board that ModemManager was not told of',
      withFiles({ '/run/udev/data/c189:5': 'I:1\n' }),
      { 'modem-manager': 'warn' },
      /systemctl restart ModemManager/,
    ],
    [
      'a board that may be put to sleep',
      withFiles({ [`${SYS}/1-2.3/power/control`]: 'auto\n' }),
      { autosuspend: 'warn' },
      /^sudo udevadm trigger$/,
    ],
    [
      'a hub above that may be put to sleep',
      withFiles({ [`${SYS}/1-2/power/control`]: 'auto\n' }),
      { autosuspend: 'warn' },
      /^sudo udevadm trigger$/,
    ],
    [
      'TLP',
      withFiles({ '/usr/sbin/tlp': '' }),
      { autosuspend: 'warn' },
      /^echo USB_AUTOSUSPEND=0 \| sudo tee -a \/etc\/tlp.conf/,
    ],
    [
      'TLP whose file takes back its folder',
      withFiles({
        '/usr/bin/tlp': '',
        '/etc/tlp.d/9.conf': 'USB_AUTOSUSPEND=0',
        '/etc/tlp.conf': 'USB_AUTOSUSPEND="1"',
      }),
      { autosuspend: 'warn' },
      /tlp start/,
    ],
    [
      'a root hub that may be put to sleep',
      withFiles({ [`${SYS}/usb1/power/control`]: 'auto\n' }),
      { autosuspend: 'warn' },
      /^sudo udevadm trigger$/,
    ],
    [
      'PowerTOP',
      { ...GOOD_LINUX, links: { ...links, '/etc/systemd/system/multi-user.target.wants/powertop.service': '/lib/x' } },
      { autosuspend: 'warn' },
      /^sudo systemctl disable --now powertop.service$/,
    ],
    [
      'little memory for transfers',
      withFiles({ '/sys/module/usbcore/parameters/usbfs_memory_mb': '8\n' }),
      { 'usbfs-memory': 'warn' },
      /^echo 16 \| sudo tee/,
    ],
    [
      'no word on memory for transfers',
      withFiles({ '/sys/module/usbcore/parameters/usbfs_memory_mb': null }),
      { 'usbfs-memory': 'unknown' },
      /^$/,
    ],
  ])('%s', async (_, spec, states, steps) => {
    const troubles = await found(patientWith(spec));
    expect(troubles.states).toEqual(states);
    expect(troubles.do).toMatch(steps);
    expect(troubles.says).toMatch(/^.{5,200}\.$/m);
  });
});

test('usbcore.autosuspend=-1 keeps everything awake, whatever the devices say', async () => {
  const asleep = { [`${SYS}/1-2/power/control`]: 'auto', '/sys/module/usbcore/parameters/autosuspend': '-1\n' };
  expect((await found(patientWith(withFiles(asleep)))).states).toEqual({});
});

test('a kernel without power control, and one that limits no memory, are fine', async () => {
  const plain = { [`${SYS}/1-2/power/control`]: null, '/sys/module/usbcore/parameters/usbfs_memory_mb': '0\n' };
  expect((await found(patientWith(withFiles(plain)))).states).toEqual({});
});

test('the command to type survives a shell', async () => {
  const caller = { user: null, command: ["/o'p't/no de", '/x'] };
  const { do: steps } = await found(patientWith(withFiles({ [RULE_PATH]: null }), { caller }));
  expect(steps).toContain(String.raw`sudo '/o'\''p'\''t/no de' /x doctor --fix`);
});

test('a membership by the primary group counts, and so does one that only the login has', async () => {
  const group = { '/etc/group': 'plugdev:x:46:\n' };
  const passwd = { '/etc/passwd': 'line:x:1000:46::/home/line:/bin/sh\n' };
  const user = { ...ROOT, sudoUser: 'line' };
  expect((await found(patientWith({ ...withFiles({ ...group, ...passwd }), user }))).states).toEqual({});
  expect((await found(patientWith({ ...withFiles(group), user }))).states).toEqual({ plugdev: 'bad' });
  expect((await found(patientWith(withFiles(group)))).states).toEqual({});
});

test('root by sudo is told of the one who called it', async () => {
  const user = { ...ROOT, sudoUser: 'worker' };
  const { states, do: steps } = await found(patientWith({ ...GOOD_LINUX, user }));
  expect(states).toEqual({ plugdev: 'bad' });
  expect(steps).toMatch(/^usermod -aG plugdev worker$/m);
});

test('without boards, what only boards can show is skipped', async () => {
  const bare = withFiles(without(/^\/sys\/bus\/usb\/devices\/1-2\./));
  expect((await found(patientWith(bare))).states).toEqual({ 'board-access': 'skipped', 'held-boards': 'skipped' });
});

test('a container that does not share /dev/bus/usb is told how', async () => {
  const { says, do: steps } = await found(patientWith(withFiles(without(/^\/dev\/bus/))));
  expect(says).toContain('/dev/bus/usb is missing');
  expect(steps).toMatch(/^docker run .*--volume \/dev\/bus\/usb/);
});
