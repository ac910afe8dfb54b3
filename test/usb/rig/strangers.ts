import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { firmwareBytes } from './images.ts';
import { STRANGER_PATHS } from './ports.ts';
import { productAt } from './rig.ts';
import { until } from './until.ts';

const SYSFS = '/sys/bus/usb/devices';
const GADGETS = '/sys/kernel/config/usb_gadget';
const STICK = '/tmp/stick.img';
/** A keyboard with the report of the boot protocol (HID 1.11, appendix B.1), as short as the kernel takes it. */
const KEYBOARD_REPORT = Buffer.from(
  '05010906a101050719e029e71500250175019508810295017508810395067508150025650507190029658100c0',
  'hex',
);
const KEYBOARD = { protocol: '1', subclass: '1', report_length: '8', report_desc: KEYBOARD_REPORT };
/** The kernel's own gadget, Linux Foundation, Multifunction Composite Gadget. */
export const STRANGER = { vendorId: 0x1d6b, productId: 0x0104 } as const;

/** Plugs in a keyboard and a memory stick, both out of this kernel and driven by it. Resolves when it drives them at STRANGER_PATHS. */
export async function plugStrangers(): Promise<void> {
  execFileSync('modprobe', ['dummy_hcd', 'num=2']);
  // The kernel would load these by itself, but it looks for modprobe outside of our root.
  execFileSync('modprobe', ['-a', 'usb_f_hid', 'usb_f_mass_storage']);
  execFileSync('mount', ['-t', 'configfs', 'none', '/sys/kernel/config']);
  writeFileSync(STICK, firmwareBytes(1024 * 1024));
  plugGadget('keyboard', 'hid.0', KEYBOARD, 'dummy_udc.0');
  plugGadget('stick', 'mass_storage.0', { 'lun.0/file': STICK }, 'dummy_udc.1');
  for (const path of STRANGER_PATHS)
    await until(`the kernel has ${path}`, () => (productAt(path) === '1d6b:0104' ? true : null));
  await until('both have a driver', () => (driversOf(STRANGER_PATHS) === 'usb-storage usbhid' ? true : null));
}

/** Resolves with `urbsOf` when nobody has talked to the strangers for longer than the kernel looks at a memory stick. */
export async function settled(paths: readonly string[]): Promise<string> {
  return until('the strangers have settled', async () => {
    const before = urbsOf(paths);
    await sleep(2500);
    return urbsOf(paths) === before ? before : null;
  });
}

/** How many transfers each of them has seen, whoever asked for them. */
export function urbsOf(paths: readonly string[]): string {
  return paths.map((path) => readFileSync(`${SYSFS}/${path}/urbnum`, 'utf8').trim()).join(' ');
}

/** The drivers that hold them. */
export function driversOf(paths: readonly string[]): string {
  const driverOf = (path: string) => {
    try {
      return readlinkSync(`${SYSFS}/${path}:1.0/driver`).replace(/.*\//, '');
    } catch {
      return 'none';
    }
  };
  return paths.map(driverOf).sort().join(' ');
}

type Settings = Readonly<Record<string, string | Buffer>>;

function plugGadget(name: string, kind: string, settings: Settings, controller: string): void {
  const root = `${GADGETS}/${name}`;
  mkdirSync(`${root}/configs/c.1`, { recursive: true });
  mkdirSync(`${root}/functions/${kind}`);
  writeFileSync(`${root}/idVendor`, String(STRANGER.vendorId));
  writeFileSync(`${root}/idProduct`, String(STRANGER.productId));
  for (const [file, value] of Object.entries(settings)) writeFileSync(`${root}/functions/${kind}/${file}`, value);
  symlinkSync(`${root}/functions/${kind}`, `${root}/configs/c.1/${kind}`);
  writeFileSync(`${root}/UDC`, controller);
}
