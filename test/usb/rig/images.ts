import type { FirmwareImage } from '@flashline/firmware';

/** Where the flash of every part begins. */
export const FLASH = 0x0800_0000;

/** Bytes that differ from block to block, and that a ROM takes for a firmware. */
export function firmwareBytes(length: number, salt = 0): Uint8Array {
  const data = new Uint8Array(length).map((_, i) => (i * 7 + (i >> 8) * 13 + salt) & 0xff);
  const view = new DataView(data.buffer);
  view.setUint32(0, 0x2000_1000, true);
  view.setUint32(4, FLASH + 0x101, true);
  return data;
}

/** These bytes at the start of the flash. */
export function imageOf(data: Uint8Array): FirmwareImage {
  const target = { alternate: 0, name: null, ranges: [{ address: FLASH, data }] };
  return { format: 'bin', targets: [target], device: null, warnings: [] };
}
