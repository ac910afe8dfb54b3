import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The serial devices of the board on a USB port, by its port path: `/dev/ttyACM0`, never by number, for numbers are handed out in
 * the order of plugging. The one of the lowest interface comes first. Linux only, from sysfs
 * (Documentation/ABI/testing/sysfs-bus-usb); empty when the port has none.
 */
export async function serialDevicesAt(path: string, root = '/'): Promise<string[]> {
  const devices = join(root, 'sys/bus/usb/devices');
  const interfaces = (await entriesOf(devices)).filter((name) => name.startsWith(`${path}:`)).sort(byInterface);
  const found = await Promise.all(interfaces.map((name) => ttysOf(join(devices, name))));
  return found.flat().map((name) => join(root, 'dev', name));
}

/** Interfaces are named `path:configuration.interface`. */
function byInterface(a: string, b: string): number {
  const [one, other] = [a, b].map((name) => Number(name.slice(name.lastIndexOf('.') + 1)));
  return (one ?? 0) - (other ?? 0);
}

/** CDC-ACM puts its device below `tty/`, USB serial converters directly below the interface. */
async function ttysOf(folder: string): Promise<string[]> {
  const [below, direct] = await Promise.all([entriesOf(join(folder, 'tty')), entriesOf(folder)]);
  return [...below, ...direct.filter((name) => /^tty[A-Z]+\d+$/.test(name)).sort()];
}

async function entriesOf(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
