import type { PartSpec } from '../chip/part.ts';
import type { Random } from '../random.ts';
import type { Sector } from './sectors.ts';

/** What one sector holds. */
export interface Cells {
  readonly bytes: Uint8Array;
  /** Words that were programmed since the last erase, on parts where that happens once; null before the first. */
  programmed: Uint8Array | null;
  /** Its last erase was cut off, and none has made up for that: whatever it reads as, it will not keep what is put there. */
  isWeak: boolean;
}

type Flash = Pick<PartSpec, 'erasedByte' | 'wordBytes'>;

/** Cells as an erase leaves them. */
export function erasedCells(sector: Sector, erasedByte: number): Cells {
  return { bytes: new Uint8Array(sector.bytes).fill(erasedByte), programmed: null, isWeak: false };
}

/**
 * Cells whose erase stopped after `fraction` of its time. They read as one of three things: partly what they held, noise,
 * or, worst of all, as if nothing were wrong.
 */
export function halfErased(before: Cells, fraction: number, erasedByte: number, random: Random): Cells {
  const bytes = before.bytes.slice();
  const outcome = Math.floor(random() * 3);
  if (outcome === 0) bytes.fill(erasedByte, 0, Math.ceil(bytes.length * fraction));
  if (outcome === 1) bytes.fill(erasedByte);
  if (outcome === 2)
    for (const [n, byte] of bytes.entries()) bytes[n] = mixed(byte, erasedByte, Math.floor(random() * 256));
  return { bytes, programmed: null, isWeak: true };
}

/** The bits of `before` where `mask` is 0, those of `after` where it is 1. */
export function mixed(before: number, after: number, mask: number): number {
  return (before & ~mask) | (after & mask);
}

/** True when every word under `count` bytes at `offset` is as an erase left it. */
export function areBlank(cells: Cells, offset: number, count: number, { erasedByte, wordBytes }: Flash): boolean {
  const first = Math.floor(offset / wordBytes);
  const end = Math.ceil((offset + count) / wordBytes);
  for (let word = first; word < end; word++) if (cells.programmed?.[word] === 1) return false;
  for (let n = first * wordBytes; n < end * wordBytes; n++) if (cells.bytes[n] !== erasedByte) return false;
  return true;
}

/** Notes that every word from `from` to `to` has been programmed, or, after a power cut, that no whole one of them has. */
export function markWords(cells: Cells, from: number, to: number, mark: { wordBytes: number; is: 0 | 1 }): void {
  cells.programmed ??= new Uint8Array(Math.ceil(cells.bytes.length / mark.wordBytes));
  const first = mark.is === 1 ? Math.floor(from / mark.wordBytes) : Math.ceil(from / mark.wordBytes);
  cells.programmed.fill(mark.is, first, Math.ceil(to / mark.wordBytes));
}
