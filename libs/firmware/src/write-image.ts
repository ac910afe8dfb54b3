import { Fault, hex32, type ImageFormat } from '@flashline/contracts';
import { writeDfuseFile } from './binary-formats/dfuse-writer.ts';
import type { DeviceIds, Range } from './image.ts';
import { malformed } from './image-fault.ts';
import { joinRanges } from './ranges.ts';
import { writeIntelHex, writeSRecordFile } from './text-formats/record-writer.ts';

/** The formats that are written as well as read. */
export type WritableFormat = Extract<ImageFormat, 'hex' | 'bin' | 'dfu' | 'srec'>;

const ANY_DEVICE: DeviceIds = { vendorId: null, productId: null, bcdDevice: null };

/**
 * Writes bytes, such as those read from a board, as an image file that `readImage` reads; only a raw binary loses where
 * they belong. `device` is what a `.dfu` file is made for. Throws IMAGE_EMPTY, IMAGE_OVERLAP, IMAGE_ADDRESS_INVALID or
 * IMAGE_TOO_LARGE, and IMAGE_MALFORMED with the address of the first gap when a raw binary would have one.
 */
export function writeImage(ranges: readonly Range[], format: WritableFormat, device = ANY_DEVICE): Uint8Array {
  const joined = joinRanges(ranges);
  if (joined.length === 0) throw new Fault('IMAGE_EMPTY');
  switch (format) {
    case 'hex':
      return writeIntelHex(joined);
    case 'srec':
      return writeSRecordFile(joined);
    case 'dfu':
      return writeDfuseFile({ targets: [{ alternate: 0, name: null, ranges: joined }] }, device);
    case 'bin':
      return onlyRange(joined);
    default:
      return format satisfies never;
  }
}

function onlyRange([first, ...others]: readonly Range[]): Uint8Array {
  if (first === undefined) throw new Fault('IMAGE_EMPTY');
  if (others.length > 0) {
    throw malformed('a raw binary has no gaps', { address: hex32(first.address + first.data.length) });
  }
  return first.data;
}
