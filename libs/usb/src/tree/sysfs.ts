import type { Stats } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
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
  /** Those of the interfaces in use, as first seen, and the control endpoint. */
  readonly endpoints: number;
  readonly ports: number;
  /** Read of hubs only. */
  readonly name: string | null;
  /** What a root hub belongs to, as in `0000:00:14.0`; null of every other device. */
  readonly controller: string | null;
}

/** What was read of a device, and what it showed then from outside. */
interface Known {
  readonly stamp: string;
  readonly device: SysfsDevice;
}

/** Reads what sysfs has of USB devices. Of those that are as they were it looks at the outside alone. */
export class Sysfs {
  readonly #folder: string;
  #known: ReadonlyMap<string, Known> = new Map();

  /** The sysfs below this folder of the computer. */
  constructor(root: string) {
    this.#folder = join(root, 'sys/bus/usb/devices');
  }

  /**
   * Every USB device; null where there is no sysfs. Reading a hub's name waits while the kernel enumerates a device behind it,
   * which takes seconds when that device is broken.
   */
  async read(): Promise<readonly SysfsDevice[] | null> {
    const names = await readdir(this.#folder).catch(() => null);
    if (names === null) return null;
    const paths = names.flatMap((name) => pathsOf(name)).slice(0, DEVICES_MAX);
    const found = (await Promise.all(paths.map((path) => this.#look(path, names)))).filter((one) => one !== null);
    this.#known = new Map(found.filter(isWhole).map((one) => [one.device.path, one]));
    return found.map(({ device }) => device);
  }

  // Null of a device that leaves while it is read.
  async #look(path: string, names: readonly string[]): Promise<Known | null> {
    const folder = folderOf(this.#folder, path);
    const interfaces = names.filter((name) => name.startsWith(`${path}:`));
    const stamp = await lstat(folder).then(
      (stats) => [stampOf(stats), ...interfaces].join(' '),
      () => null,
    );
    if (stamp === null) return null;
    const before = this.#known.get(path);
    if (before?.stamp === stamp) return before;
    const device = await readDevice(folder, path, interfaces);
    return device === null ? null : { stamp, device };
  }
}

/** Names the folder of a device for as long as the device is there: whatever comes to its port later has another one. */
function stampOf({ ino, ctimeMs }: Stats): string {
  return `${ino} ${ctimeMs}`;
}

/** The kernel shows the ports of a hub last, and a reading may have failed: such a device is read again. */
function isWhole({ device: { isHub, ports, megabitsPerSecond } }: Known): boolean {
  return megabitsPerSecond > 0 && !(isHub && ports === 0);
}

function pathsOf(name: string): string[] {
  const [, bus] = /^usb(\d{1,3})$/.exec(name) ?? [];
  if (bus !== undefined) return [`${bus}-0`];
  return SlotPath.safeParse(name).success ? [name] : [];
}

const ATTRIBUTES = ['idVendor', 'idProduct', 'bDeviceClass', 'bDeviceProtocol', 'speed', 'maxchild'] as const;

function folderOf(devices: string, path: string): string {
  return join(devices, isRoot(path) ? `usb${path.slice(0, -2)}` : path);
}

/** True for the root hub of a bus. */
export function isRoot(path: string): boolean {
  return path.endsWith('-0');
}

async function readDevice(folder: string, path: string, interfaces: readonly string[]): Promise<SysfsDevice | null> {
  const read = (file: string) => textOf(join(folder, file));
  const [vendorId, productId, deviceClass, protocol, speed, ports] = await Promise.all(ATTRIBUTES.map(read));
  if (vendorId === null || productId === null) return null;
  const isHub = hex(deviceClass) === CLASS_HUB;
  const counts = interfaces.map((name) => textOf(join(dirname(folder), name, 'bNumEndpoints')));
  const endpoints = await Promise.all(counts);
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
    controller: isRoot(path) ? await controllerOf(folder) : null,
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
