import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type Digest, Fault, hex32, type RangeInfo } from '@flashline/contracts';
import type { Range } from './image.ts';

/** Bytes that a 32-bit address can name. */
export const ADDRESS_SPACE_BYTES = 2 ** 32;
/** Separate ranges in one target. Firmware has a handful; each costs the engine a SET_ADDRESS. */
const RANGES_MAX = 65_536;

/**
 * Sorts pieces by address and joins neighbours, into memory of its own. Empty pieces vanish.
 * Throws IMAGE_OVERLAP, IMAGE_ADDRESS_INVALID or IMAGE_TOO_LARGE.
 */
export function joinRanges(pieces: readonly Range[]): readonly Range[] {
  const sorted = pieces.filter(({ data }) => data.length > 0).sort((a, b) => a.address - b.address);
  const runs: Range[][] = [];
  let end = -1;
  for (const piece of sorted) {
    if (piece.address < end) throw new Fault('IMAGE_OVERLAP', { address: hex32(piece.address) });
    if (piece.address === end) runs.at(-1)?.push(piece);
    else runs.push([piece]);
    end = endOf(piece);
    if (end > ADDRESS_SPACE_BYTES) throw addressInvalid(piece);
  }
  if (runs.length > RANGES_MAX) throw new Fault('IMAGE_TOO_LARGE', { limit: 'ranges', max: RANGES_MAX });
  return runs.flatMap(concatenate);
}

/** Checksums of the bytes of ranges, one after the other in address order: what a read-back must equal. */
export function digestOf(ranges: readonly Range[]): Digest {
  const sha256 = createHash('sha256');
  let crc = 0;
  let bytes = 0;
  for (const { data } of ranges.toSorted((a, b) => a.address - b.address)) {
    sha256.update(data);
    crc = crc32(data, crc);
    bytes += data.length;
  }
  return { bytes, crc32: crc.toString(16).padStart(8, '0'), sha256: sha256.digest('hex') };
}

/** Where ranges are and how long, without their bytes. */
export function rangeInfo(ranges: readonly Range[]): RangeInfo[] {
  return ranges.map(({ address, data }) => ({ address, bytes: data.length }));
}

function concatenate(run: readonly Range[]): Range[] {
  const [first] = run;
  if (first === undefined) return [];
  const data = new Uint8Array(run.reduce((bytes, piece) => bytes + piece.data.length, 0));
  for (const piece of run) data.set(piece.data, piece.address - first.address);
  return [{ address: first.address, data }];
}

function endOf({ address, data }: Range): number {
  return address + data.length;
}

function addressInvalid({ address, data }: Range): Fault {
  return new Fault('IMAGE_ADDRESS_INVALID', { address: hex32(address), bytes: data.length });
}
