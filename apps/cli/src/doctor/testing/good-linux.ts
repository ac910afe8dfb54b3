import type { BusDevice } from '@flashline/dfuse';
import type { RedisCondition } from '@flashline/queue';
import type { Patient } from '../examination.ts';
import { type FakeSpec, fakeComputer, RULE } from './fake-computer.ts';

const SYS = '/sys/bus/usb/devices';

/** A Linux computer with nothing wrong: ModemManager, and behind a hub a board in its bootloader and one that runs. */
export const GOOD_LINUX = {
  files: {
    ...device('usb1', '1d6b:0002', 1),
    ...device('1-2', '0bda:5411', 2),
    ...device('1-2.3', '0483:df11', 5),
    ...device('1-2.4', '0483:5740', 6),
    [`${SYS}/1-2.4:1.0/bInterfaceClass`]: '02',
    '/dev/ttyACM0': '',
    '/etc/udev/rules.d/60-flashline.rules': RULE,
    '/run/udev/control': '',
    '/run/udev/data/c189:4': 'E:ID_MM_DEVICE_IGNORE=1\n',
    '/run/udev/data/c189:5': 'I:1\nE:ID_MM_DEVICE_IGNORE=1\n',
    '/etc/group': 'root:x:0:\nplugdev:x:46:other,line\nline:x:1000:\n',
    '/etc/passwd': 'root:x:0:0::/root:/bin/sh\nline:x:1000:1000::/home/line:/bin/sh\n',
    '/proc/7/comm': 'ModemManager\n',
    '/proc/8/comm': 'bash\n',
    '/proc/self/mountinfo':
      '1 1 0:2 / / rw - tmpfs rootfs rw\n22 1 8:1 / / rw - ext4 /dev/sda1 rw\n23 22 0:5 / /srv/my\\040tmp rw - tmpfs none rw\n',
    '/sys/module/usbcore/parameters/autosuspend': '2\n',
    '/sys/module/usbcore/parameters/usbfs_memory_mb': '16\n',
    '/home/line/notes': '',
    '/srv/my tmp/notes': '',
  } as Record<string, string>,
  links: {
    '/sys/class/tty/ttyACM0': '../../devices/pci0000:00/usb1/1-2/1-2.4/1-2.4:1.0/tty/ttyACM0',
    '/proc/7/fd/0': '/dev/null',
    '/proc/8/fd/0': '/dev/pts/0',
  } as Record<string, string>,
  commands: { timedatectl: { stdout: 'yes\n' } },
} satisfies FakeSpec;

/** A Redis that is fit. */
export const GOOD_REDIS: RedisCondition = {
  url: 'redis://plant',
  version: '7.0.15',
  policy: 'noeviction',
  isAppending: true,
  refusesWrites: false,
  isReplica: false,
};

/** What the USB library sees there. */
export const SEEN: readonly BusDevice[] = [
  { ...boardAt('1-2.3', 5), productId: 0xdf11, mode: 'dfu' },
  { ...boardAt('1-2.4', 6), productId: 0x5740, mode: 'application' },
];

/** A patient with this computer, on which everything else is well. */
export function patientWith(spec: FakeSpec, others: Partial<Patient> = {}): Patient {
  return {
    computer: fakeComputer(spec),
    caller: { user: null, command: ['/opt/my node', '/opt/flashline'] },
    dataFolder: '/home/line/records/here',
    look: async () => ({ devices: SEEN, trouble: null }),
    tree: async () => ({ hubs: [], capacities: [], findings: [] }),
    inspectRedis: async () => GOOD_REDIS,
    ...others,
  };
}

function boardAt(path: string, address: number) {
  return { path, address, vendorId: 0x0483, bcdDevice: 0x2200, usbSerial: null };
}

function device(path: string, id: string, address: number): Record<string, string> {
  const [vendor = '', product = ''] = id.split(':');
  const folder = `${SYS}/${path}`;
  return {
    [`${folder}/idVendor`]: `${vendor}\n`,
    [`${folder}/idProduct`]: `${product}\n`,
    [`${folder}/busnum`]: '1\n',
    [`${folder}/devnum`]: `${address}\n`,
    [`${folder}/dev`]: `189:${address - 1}\n`,
    [`${folder}/power/control`]: 'on\n',
    [`/dev/bus/usb/001/00${address}`]: '',
  };
}
