import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SlotPath } from '@flashline/contracts';

const CLASS_HUB = 0x09;
/** 127 addresses on each bus, and no computer has this many buses full. */
const DEVICES_MAX = 2_000;

/** One device as sysfs tells it (Documentation/ABI/stable/sysfs-bus-usb of the Linux kernel). */
export interface SysfsDevice {
  /** Port path; the root hub of bus 1 is `1-0`, as sysfs calls its interface. */
  readonly path: string;
  readonly vendorId: number;
  readonly productId: number;
  readonly isHub: boolean;
  /** bDeviceProtocol. */
  readonly protocol: number;
  readonly megabitsPerSecond: number;
  /** Those of the interfaces in use, and the control endpoint. */
  readonly endpoints: number;
  readonly ports: number;
  /** Read of hubs only. */
  readonly name: string | null;
  /** What a root hub belongs to, as in `0000:00:14.0`; null of every other device. */
  readonly controller: string | null;
}

/**
 * Every USB device that sysfs below `root` has; null where there is no sysfs. Reading a hub's name waits while the kernel
 * enumerates a device behind it, which takes seconds when that device is broken.
 */
export async function readSysfs(root: string): Promise<readonly SysfsDevice[] | null> {
  const folder = join(root, 'sys/bus/usb/devices');
  const names = await readdir(folder).catch(() => null);
  if (names === null) return null;
  const paths = names.flatMap((name) => pathsOf(name)).slice(0, DEVICES_MAX);
  const devices = await Promise.all(paths.map((path) => readDevice(folder, path, names)));
  return devices.filter((device) => device !== null);
}

function pathsOf(name: string): string[] {
  const [, bus] = /^usb(\d{1,3})$/.exec(name) ?? [];
  if (bus !== undefined) return [`${bus}-0`];
  return SlotPath.safeParse(name).success ? [name] : [];
}

const ATTRIBUTES = ['idVendor', 'idProduct', 'bDeviceClass', 'bDeviceProtocol', 'speed', 'maxchild'] as const;

// Null of a device that leaves while it is read.
async function readDevice(folder: string, path: string, names: readonly string[]): Promise<SysfsDevice | null> {
  const isRoot = path.endsWith('-0');
  const device = join(folder, isRoot ? `usb${path.slice(0, -2)}` : path);
  const read = (file: string) => textOf(join(device, file));
  const [vendorId, productId, deviceClass, protocol, speed, ports] = await Promise.all(ATTRIBUTES.map(read));
  if (vendorId === null || productId === null) return null;
  const isHub = hex(deviceClass) === CLASS_HUB;
  const interfaces = names.filter((name) => name.startsWith(`${path}:`));
  const endpoints = await Promise.all(interfaces.map((name) => textOf(join(folder, name, 'bNumEndpoints'))));
  return {
    path,
    vendorId: hex(vendorId),
    productId: hex(productId),
    isHub,
    protocol: hex(protocol),
    megabitsPerSecond: Number.parseFloat(speed ?? '') || 0,
    endpoints: endpoints.reduce((sum, count) => sum + hex(count), 1),
    ports: Number.parseInt(ports ?? '', 10) & 0xff,
    name: isHub ? await read('product') : null,
    controller: isRoot ? await controllerOf(device) : null,
  };
}

// A root hub's folder stands in the folder of its controller: .../pci0000:00/0000:00:14.0/usb1.
async function controllerOf(rootHub: string): Promise<string | null> {
  const target = await readlink(rootHub).catch(() => null);
  return target === null ? null : basename(dirname(target)).slice(0, 64) || null;
}

async function textOf(file: string): Promise<string | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  return text?.replace(/[\p{Cc}]/gu, '').slice(0, 128) ?? null;
}

function hex(text: string | null | undefined): number {
  return Number.parseInt(text ?? '', 16) & 0xffff;
}
