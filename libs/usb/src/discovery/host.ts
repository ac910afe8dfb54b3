import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the operating system says about USB beside libusb. */
export interface UsbHost {
  /** Why this computer cannot show boards at all, in plain words; null when nothing is known to be wrong. */
  trouble(): string | null;
  /** The address of whatever sits on each port path, from the kernel itself; null where the system does not tell, or not now. */
  addresses(): ReadonlyMap<string, number> | null;
  /** The address of what sits on one port path, null when nothing does; undefined where the system does not tell. */
  address(path: string): number | null | undefined;
  /** The serial number the kernel read when the device was plugged in; undefined when that device is no longer there. */
  serial(path: string, address: number): Promise<string | null | undefined>;
}

/** Windows and macOS: libusb is all there is. */
export const SILENT_HOST: UsbHost = {
  trouble: () => null,
  addresses: () => null,
  address: () => undefined,
  serial: () => Promise.resolve(undefined),
};

const PORT_PATH = /^\d{1,3}-\d{1,3}(\.\d{1,3}){0,6}$/;

/**
 * Linux, through sysfs below `root`. libusb's own list is fed by udev events alone, so where an event is lost only
 * sysfs knows better; and serial numbers are there to read without opening a board that may be in work.
 */
export function linuxHost(root = '/'): UsbHost {
  const sysfs = join(root, 'sys/bus/usb');
  const devices = join(sysfs, 'devices');
  return {
    trouble() {
      if (!existsSync(sysfs)) return NO_SUBSYSTEM;
      return existsSync(join(root, 'dev/bus/usb')) ? null : NO_NODES;
    },
    addresses() {
      const names = attempt(() => readdirSync(devices));
      if (names === null) return null;
      const found = new Map<string, number>();
      for (const name of names.filter((one) => PORT_PATH.test(one))) {
        const address = addressOf(join(devices, name));
        if (address === undefined) return null;
        if (address !== null) found.set(name, address);
      }
      return found;
    },
    address(path) {
      const address = addressOf(join(devices, path));
      return address === null && !existsSync(devices) ? undefined : address;
    },
    async serial(path, address) {
      const text = await readFile(join(devices, path, 'serial'), 'utf8').catch(() => null);
      // Looked at last: another board may have taken the port while the file was read.
      if (addressOf(join(devices, path)) !== address) return undefined;
      return text?.replace(/[\p{Cc}]/gu, '').slice(0, 128) ?? null;
    },
  };
}

const NO_SUBSYSTEM =
  'This computer has no USB subsystem (/sys/bus/usb is missing), as in most containers and virtual machines. ' +
  'Run the station where the USB ports are.';
const NO_NODES =
  'This computer shows no USB controller (/dev/bus/usb is missing). In a container, share /dev/bus/usb with it.';

/** The address of the device in this folder, null when it has left; undefined when that cannot be read. */
function addressOf(folder: string): number | null | undefined {
  try {
    const address = Number.parseInt(readFileSync(join(folder, 'devnum'), 'utf8'), 10);
    return Number.isInteger(address) ? address : null;
  } catch (thrown) {
    // Devices leave while they are looked at: a file that has gone is an answer. Any other error hides a device that may be there.
    return HAS_LEFT.has((thrown as NodeJS.ErrnoException).code ?? '') ? null : undefined;
  }
}

const HAS_LEFT: ReadonlySet<string> = new Set(['ENOENT', 'ENODEV']);

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
