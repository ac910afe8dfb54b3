import type { Computer } from './computer.ts';

const DEVICES = '/sys/bus/usb/devices';
const PORT_PATH = /^(usb\d{1,3}|\d{1,3}-\d{1,3}(\.\d{1,3}){0,6})$/;
/** Far more than a bench has. */
const DEVICES_MAX = 1000;

/** A device as the kernel shows it (Documentation/ABI/testing/sysfs-bus-usb). */
export interface UsbDevice {
  /** Port path; a root hub is `usb1`. */
  readonly path: string;
  /** `0483:df11`. */
  readonly id: string;
  /** What opens it: `/dev/bus/usb/001/005`. */
  readonly node: string;
  /** Its serial ports: `/dev/ttyACM0`. */
  readonly ttys: readonly string[];
  /** `on`, or `auto` where the kernel may put it to sleep. */
  readonly powerControl: string | null;
  /** A program, not a driver, holds one of its interfaces. */
  readonly isClaimed: boolean;
  /** Major and minor number, by which udev remembers it: `189:4`. */
  readonly number: string;
}

/** What is plugged in. */
export interface PluggedIn {
  readonly devices: ReadonlyMap<string, UsbDevice>;
  /** Those that the rule file names. */
  readonly boards: readonly UsbDevice[];
}

/** Looks at every device of the USB bus; `boardIds` tell which of them are boards. */
export async function pluggedIn(computer: Computer, boardIds: ReadonlySet<string>): Promise<PluggedIn> {
  const names = (await computer.list(DEVICES)) ?? [];
  const ttys = await ttysByPort(computer);
  const devices = new Map<string, UsbDevice>();
  // One after the other: a thousand files at once would be more than a process may open.
  for (const path of names.filter((name) => PORT_PATH.test(name)).slice(0, DEVICES_MAX)) {
    const interfaces = names.filter((name) => name.startsWith(`${path}:`));
    const device = await deviceAt(computer, path, interfaces);
    if (device !== null) devices.set(path, { ...device, ttys: ttys.get(path) ?? [] });
  }
  return { devices, boards: [...devices.values()].filter(({ id }) => boardIds.has(id)) };
}

/** The hubs between a board and the computer, nearest first; the last one is the root hub. */
export function hubsAbove({ devices }: PluggedIn, { path }: UsbDevice): readonly UsbDevice[] {
  const [bus = '', ports = ''] = path.split('-');
  const steps = ports.split('.');
  const above = steps.map((_, taken) => (taken === 0 ? `usb${bus}` : `${bus}-${steps.slice(0, taken).join('.')}`));
  return above
    .reverse()
    .map((hub) => devices.get(hub))
    .filter((hub) => hub !== undefined);
}

async function deviceAt(computer: Computer, path: string, interfaces: readonly string[]) {
  const read = async (name: string) => (await computer.readText(`${DEVICES}/${path}/${name}`))?.trim() ?? null;
  const [vendor, product] = [await read('idVendor'), await read('idProduct')];
  const [bus, address] = [await read('busnum'), await read('devnum')];
  // It left while we looked.
  if (vendor === null || product === null || bus === null || address === null) return null;
  const drivers = await Promise.all(interfaces.map((name) => computer.linkTarget(`${DEVICES}/${name}/driver`)));
  return {
    path,
    id: `${vendor}:${product}`,
    node: `/dev/bus/usb/${bus.padStart(3, '0')}/${address.padStart(3, '0')}`,
    powerControl: await read('power/control'),
    isClaimed: drivers.some((driver) => driver?.endsWith('/usbfs') === true),
    number: (await read('dev')) ?? '',
  };
}

/** By the links of the class, for numbers of serial ports say nothing about where they are plugged in. */
async function ttysByPort(computer: Computer): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  for (const name of (await computer.list('/sys/class/tty')) ?? []) {
    if (!/^tty(ACM|USB)\d{1,4}$/.test(name)) continue;
    const target = await computer.linkTarget(`/sys/class/tty/${name}`);
    const path = /\/([\d.-]+):\d+\.\d+\//.exec(target ?? '')?.[1];
    if (path !== undefined) found.set(path, [...(found.get(path) ?? []), `/dev/${name}`]);
  }
  return found;
}
