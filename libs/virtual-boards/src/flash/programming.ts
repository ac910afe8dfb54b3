import type { PartSpec } from '../chip/part.ts';
import { areBlank, type Cells, markWords } from './cells.ts';
import { isCovered, type Sector, type Stretch } from './sectors.ts';

/**
 * What came of programming: `combined` when bits that were already programmed stayed; `refused` and `dropped` changed
 * nothing.
 */
export type Programmed = 'done' | 'combined' | 'refused' | 'dropped';

/** What is to be programmed within one sector, `at` bytes into it. */
interface Piece {
  readonly sector: Sector;
  readonly cells: Cells;
  readonly at: number;
  readonly wanted: Uint8Array;
}

/** What becomes of the whole write because of what this piece would go over; null when the flash takes it. */
export function refusalOf({ sector, cells, at, wanted }: Piece, part: PartSpec): 'refused' | 'dropped' | null {
  if (sector.kind !== 'flash') return null;
  switch (part.overwrite) {
    case 'combines':
      return null;
    case 'drops':
      return areBlank(cells, at, wanted.length, part) ? null : 'dropped';
    case 'once-per-word':
      return areBlank(cells, at, wanted.length, part) ? null : 'refused';
    case 'refuses':
      return wanted.some((want, n) => cells.bytes[at + n] !== part.erasedByte && cells.bytes[at + n] !== want)
        ? 'refused'
        : null;
    default:
      return part.overwrite satisfies never;
  }
}

/**
 * Programs one piece. `combined` when the cells hold something else afterwards than was wanted; `deaf` stretches do not
 * count: nothing on the chip notices them.
 */
export function programPiece(piece: Piece, part: PartSpec, deaf: readonly Stretch[]): 'done' | 'combined' {
  const { sector, cells, at, wanted } = piece;
  const put = putterOf(sector, part.erasedByte);
  let result: 'done' | 'combined' = 'done';
  for (let n = 0; n < wanted.length; n++) {
    if (deaf.length > 0 && isCovered(sector.address + at + n, deaf)) continue;
    const want = wanted[n] ?? 0;
    const held = put(cells.bytes[at + n] ?? 0, want);
    cells.bytes[at + n] = held;
    if (held !== want) result = 'combined';
  }
  if (part.overwrite === 'once-per-word')
    markWords(cells, at, at + wanted.length, { wordBytes: part.wordBytes, is: 1 });
  return result;
}

/** What a cell holds after programming. Flash and OTP move bits one way only: away from what an erase leaves. */
function putterOf({ kind }: Sector, erasedByte: number): (cell: number, want: number) => number {
  if (kind === 'data' || kind === 'option-bytes') return (_cell, want) => want;
  return erasedByte === 0xff ? (cell, want) => cell & want : (cell, want) => cell | want;
}
