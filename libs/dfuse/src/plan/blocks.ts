import type { Range } from '@flashline/firmware';
import type { Sector } from '../memory-map.ts';
import type { FlashPlan } from './flash-plan.ts';

/** Bytes of one block that lie in one sector. */
interface Piece {
  readonly part: Range;
  /** Null where nothing is erased: memory that is written over. */
  readonly sector: Sector | null;
}

/** Bytes of an image that travel in one transfer. */
export interface Block {
  readonly range: Range;
  readonly pieces: readonly Piece[];
}

/** Ranges in blocks; only the last block of a range may be short, because a block's number tells where it goes. */
export function* cut(ranges: readonly Range[], blockBytes: number): Generator<Range> {
  for (const { address, data } of ranges) {
    for (let at = 0; at < data.length; at += blockBytes) {
      yield { address: address + at, data: data.subarray(at, at + blockBytes) };
    }
  }
}

/** The image of a plan in blocks, each divided where a sector ends. */
export function* blocksOf({ words, sectors }: FlashPlan, blockBytes: number): Generator<Block> {
  let at = 0;
  for (const range of cut(words, blockBytes)) {
    const end = range.address + range.data.length;
    const pieces: Piece[] = [];
    for (let next = range.address; next < end; ) {
      while (at < sectors.length && endOf(sectors[at]) <= next) at += 1;
      const sector = sectors[at];
      const isInside = sector !== undefined && sector.address <= next;
      const pieceEnd = Math.min(end, isInside ? endOf(sector) : (sector?.address ?? end));
      pieces.push({ part: slice(range, next, pieceEnd), sector: isInside ? sector : null });
      next = pieceEnd;
    }
    yield { range, pieces };
  }
}

function slice({ address, data }: Range, from: number, to: number): Range {
  return { address: from, data: data.subarray(from - address, to - address) };
}

function endOf(sector: Sector | undefined): number {
  return sector === undefined ? 0 : sector.address + sector.bytes;
}
