import { z } from 'zod';

/** 64 hex digits, lower case. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits');
/** Eight hex digits, lower case: a CRC-32 as `crc32` and zip tools print it. */
export const Crc32 = z.string().regex(/^[0-9a-f]{8}$/, 'must be 8 lower-case hex digits');
/** Ids that flashline makes (attempts, seatings): UUIDs, never only digits, never with a colon, so any queue takes them. */
export const Id = z.uuid();
/** A station's name: chosen by people, used in queue names and paths. */
export const StationId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/, 'must be 1-32 letters, digits, - or _');
/** A slot's port path as Linux writes it: bus 1, port 2, port 3 of the hub there is `1-2.3`. */
export const SlotPath = z.string().regex(/^\d{1,3}-\d{1,3}(\.\d{1,3}){0,6}$/, 'must be a port path such as 1-2.3');
/** A work order's id: the MES's own, or one that flashline makes. */
export const OrderId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1-64 letters, digits, . _ or -');
/** A unit's serial number as people write it: printable ASCII, no spaces at the ends. */
export const UnitSerial = z.string().regex(/^[!-~]([ -~]{0,62}[!-~])?$/, 'must be 1-64 printable characters');
/** A moment in UTC, ISO 8601 with milliseconds. */
export const Moment = z.iso.datetime({ precision: 3 });
/** A 32-bit address or length. */
export const U32 = z.int().min(0).max(0xffff_ffff);
const U16 = z.int().min(0).max(0xffff);

/** Prints an address as people read it: `0x` and eight digits. */
export function hex32(address: number): string {
  return `0x${address.toString(16).padStart(8, '0')}`;
}

/** Prints a USB vendor and product as people write them: `0483:df11`. */
export function usbId(vendorId: number, productId: number): string {
  return `${vendorId.toString(16).padStart(4, '0')}:${productId.toString(16).padStart(4, '0')}`;
}

/** What a board says about itself over USB. Its serial is evidence, never a key: many ROMs report a constant. */
export const BoardIdentity = z.strictObject({
  vendorId: U16,
  productId: U16,
  bcdDevice: U16,
  usbSerial: z.string().max(128).nullable(),
  /** The memory-layout string of the alternate setting that is programmed; null while the board has not been opened. */
  layout: z.string().max(1024).nullable(),
});
export type BoardIdentity = z.infer<typeof BoardIdentity>;
