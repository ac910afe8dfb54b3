/** The protocol as kernels speak it (Documentation/usb/usbip_protocol.rst). All numbers are big-endian. */
export const VERSION = 0x0111;
/** The port of `usbipd`. */
export const USBIP_PORT = 3240;

/** Operation codes; bit 15 asks. */
export const OPERATION = { askList: 0x8005, list: 0x0005, askImport: 0x8003, import: 0x0003 } as const;

/** What became of an operation (usbip tools, `usbip_common.h`). */
export const STATUS = { ok: 0, busy: 2, error: 3, noDevice: 4 } as const;

/** USB_SPEED_FULL. */
const FULL_SPEED = 2;

export const HEAD_BYTES = 8;
export const BUSID_BYTES = 32;
const PATH_BYTES = 256;
/** A device in OP_REP_IMPORT, and in OP_REP_DEVLIST before its interfaces. */
export const DEVICE_BYTES = PATH_BYTES + BUSID_BYTES + 24;

/** A device on the server's bus. */
export interface ExportedDevice {
  /** Its port path, for example `1-1.2`; kernels have room for 31 characters. */
  readonly busid: string;
  readonly bus: number;
  readonly number: number;
  readonly vendorId: number;
  readonly productId: number;
  readonly bcdDevice: number;
  /** Class, subclass and protocol of the device, then of its interfaces. */
  readonly deviceClass: readonly number[];
  readonly interfaceClasses: readonly (readonly number[])[];
}

/** OP_REP_DEVLIST. */
export function listReply(devices: readonly ExportedDevice[]): Buffer {
  const count = Buffer.alloc(4);
  count.writeUInt32BE(devices.length);
  const bodies = devices.flatMap((device) => [
    deviceBytes(device),
    ...device.interfaceClasses.map((usbClass) => Buffer.from([...usbClass, 0])),
  ]);
  return Buffer.concat([head(OPERATION.list, STATUS.ok), count, ...bodies]);
}

/** OP_REP_IMPORT; without a device only that it was refused. */
export function importReply(device: ExportedDevice): Buffer {
  return Buffer.concat([head(OPERATION.import, STATUS.ok), deviceBytes(device)]);
}

/** OP_REP_IMPORT of a device that is not to be had. */
export function importRefusal(status: number): Buffer {
  return head(OPERATION.import, status);
}

/** OP_REQ_IMPORT. */
export function importQuestion(busid: string): Buffer {
  return Buffer.concat([head(OPERATION.askImport, STATUS.ok), text(busid, BUSID_BYTES)]);
}

/** The busid in the 32 bytes that are there for it. */
export function busidIn(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('latin1', 0, end < 0 ? bytes.length : end);
}

/** How a kernel that imports a device names it: bus and number in one. */
export function devidOf({ bus, number }: Pick<ExportedDevice, 'bus' | 'number'>): number {
  return bus * 0x1_0000 + number;
}

/** Bus, number and speed of the device in an OP_REP_IMPORT. */
export function importedIn(device: Buffer): { readonly bus: number; readonly number: number; readonly speed: number } {
  const at = PATH_BYTES + BUSID_BYTES;
  return { bus: device.readUInt32BE(at), number: device.readUInt32BE(at + 4), speed: device.readUInt32BE(at + 8) };
}

function head(operation: number, status: number): Buffer {
  const bytes = Buffer.alloc(HEAD_BYTES);
  bytes.writeUInt16BE(VERSION, 0);
  bytes.writeUInt16BE(operation, 2);
  bytes.writeUInt32BE(status, 4);
  return bytes;
}

function deviceBytes(device: ExportedDevice): Buffer {
  const { busid, vendorId, productId, bcdDevice, deviceClass, interfaceClasses } = device;
  const numbers = Buffer.alloc(DEVICE_BYTES - PATH_BYTES - BUSID_BYTES);
  for (const [n, value] of [device.bus, device.number, FULL_SPEED].entries()) numbers.writeUInt32BE(value, 4 * n);
  for (const [n, value] of [vendorId, productId, bcdDevice].entries()) numbers.writeUInt16BE(value, 12 + 2 * n);
  // The value of its configuration, and how many there are.
  numbers.set([...deviceClass, 1, 1, interfaceClasses.length], 18);
  return Buffer.concat([text(`/sys/devices/flashline/${busid}`, PATH_BYTES), text(busid, BUSID_BYTES), numbers]);
}

function text(value: string, bytes: number): Buffer {
  const padded = Buffer.alloc(bytes);
  padded.write(value, 0, bytes - 1, 'latin1');
  return padded;
}
