import type { Part } from '@flashline/contracts';
import type { Range } from '@flashline/firmware';

/** A part of which nothing is known is programmed byte by byte, as it is told. */
const BYTES: Word = { wordBytes: 1, erasedByte: 0xff };

type Word = Pick<Part, 'wordBytes' | 'erasedByte'>;

/**
 * Ranges widened to whole flash words, and joined where they meet: parts with error correction take each word once after an erase
 * (H7: 32 bytes, G4 and L4: 8). What nobody gives is left as an erase leaves it; of bytes given twice the later range wins.
 */
export function inWords(ranges: readonly Range[], part: Part | null): Range[] {
  const { wordBytes, erasedByte }: Word = part ?? BYTES;
  const groups: { start: number; end: number; ranges: Range[] }[] = [];
  for (const range of ranges.toSorted((a, b) => a.address - b.address)) {
    const start = range.address - (range.address % wordBytes);
    const end = Math.ceil((range.address + range.data.length) / wordBytes) * wordBytes;
    const last = groups.at(-1);
    if (last === undefined || start > last.end) groups.push({ start, end, ranges: [range] });
    else {
      last.end = Math.max(last.end, end);
      last.ranges.push(range);
    }
  }
  const given = new Map(ranges.map((range, n) => [range, n]));
  return groups.map(({ start, end, ranges: members }) => {
    const data = new Uint8Array(end - start).fill(erasedByte);
    for (const range of members.toSorted((a, b) => (given.get(a) ?? 0) - (given.get(b) ?? 0)))
      data.set(range.data, range.address - start);
    return { address: start, data };
  });
}
