import { usbId } from '@flashline/contracts';
import { z } from 'zod';
import type { Look } from '../anywhere/usb-library.ts';
import type { Computer } from '../computer/computer.ts';
import { bad, ok, skipped, unknown, type Verdict } from '../verdict.ts';

/** Drivers through which the USB library can open a board. */
const USABLE = new Set(['winusb', 'libusbk', 'libusb0']);

/** Names of fields in the answer do not depend on the language of Windows, as the output of pnputil does. */
const SCRIPT =
  "Get-CimInstance Win32_PnPEntity | Where-Object DeviceID -like 'USB\\VID_*' | " +
  'Select-Object DeviceID, Service | ConvertTo-Json -Compress';

const Device = z.object({ DeviceID: z.string().max(400), Service: z.string().max(100).nullable() });
/** A single device does not come as a list. */
const Devices = z.union([z.array(Device).max(2000), Device.transform((device) => [device])]);

/** Zadig, step by step. */
const ZADIG = [
  'Download Zadig from https://zadig.akeo.ie and start it.',
  'Choose Options, List All Devices.',
  'Choose STM32 BOOTLOADER (or DFU in FS Mode) in the list; its USB ID must be that of the board.',
  'Choose WinUSB to the right of the arrow, and press Replace Driver.',
  'Plug the board in again. Once for each kind of board, not for each board.',
];

/** Whether the boards that are plugged in have a driver through which they can be opened. */
export async function winusb(computer: Computer, look: () => Promise<Look>): Promise<Verdict> {
  const { devices } = await look().catch(() => ({ devices: [] }));
  const ids = new Set(
    devices.filter(({ mode }) => mode === 'dfu').map(({ vendorId, productId }) => usbId(vendorId, productId)),
  );
  if (ids.size === 0)
    return skipped('No board in its bootloader is plugged in: with one, this tells whether it has the WinUSB driver.');
  const drivers = await driversOf(computer);
  if (drivers === null) return unknown('Windows does not tell which driver the board has.', ZADIG);
  for (const id of ids) {
    const driver = drivers.get(id);
    if (driver === undefined || driver === null) return bad(`The board ${id} has no driver.`, ZADIG);
    if (!USABLE.has(driver.toLowerCase()))
      return bad(`The board ${id} has the driver ${driver}, through which flashline cannot open it.`, ZADIG);
  }
  return ok('The boards that are plugged in have a driver through which they can be opened.');
}

/** The driver of each USB device by its id; null for one that has none. */
async function driversOf(computer: Computer): Promise<ReadonlyMap<string, string | null> | null> {
  const ran = await computer.run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', SCRIPT]);
  const devices = Devices.safeParse(parsed(ran?.stdout ?? ''));
  if (!devices.success) return null;
  const found = new Map<string, string | null>();
  for (const { DeviceID, Service } of devices.data) {
    const [, vendor, product] = /^USB\\VID_([0-9A-F]{4})&PID_([0-9A-F]{4})\\/i.exec(DeviceID) ?? [];
    if (vendor !== undefined) found.set(`${vendor}:${product}`.toLowerCase(), Service);
  }
  return found;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
