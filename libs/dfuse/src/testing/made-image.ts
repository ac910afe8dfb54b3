import type { FirmwareImage, Range } from '@flashline/firmware';

/** An image of these ranges for the flash. */
export function madeImage(...ranges: readonly Range[]): FirmwareImage {
  return { format: 'hex', targets: [{ alternate: 0, name: null, ranges }], device: null, warnings: [] };
}

/** Bytes from an address on, none of which is what an erase leaves. */
export function bytesAt(address: number, length: number, salt = 1): Range {
  return { address, data: new Uint8Array(length).map((_, i) => 1 + ((i * 7 + salt) % 253)) };
}
