import { hex32, type RangeInfo } from '@flashline/contracts';
import type { MemoryMap, Sector } from '@flashline/dfuse';

type Run = MemoryMap['runs'][number];

/** The bar of the largest run; with what stands before it a line stays below 100 columns. */
const BAR_COLUMNS = 40;
const TOUCHED = '█';
const UNTOUCHED = '░';

/**
 * Draws a memory map for a terminal: the name of each memory, then a line per run of equal sectors with its addresses, their count
 * and size, what is allowed there (read, erase, write), and a bar as long as the run is large. With `marks`, such as the ranges of
 * an image, the bar is full where they touch a sector, and how many they touch stands behind it.
 */
export function drawMemoryMap({ runs, sectors }: MemoryMap, marks?: readonly RangeInfo[]): string[] {
  const largest = Math.max(...runs.map(bytesOf));
  const columns = {
    count: widest(runs.map(({ count }) => `${count}`)),
    size: widest(runs.map(({ bytes }) => sizeOf(bytes))),
  };
  return runs.flatMap((run, i) => {
    const line = [
      `${hex32(run.address)}-${hex32(run.address + bytesOf(run) - 1)}`,
      `${String(run.count).padStart(columns.count)} x ${sizeOf(run.bytes).padStart(columns.size)}`,
      allowed(run),
      ...bar(run, Math.max(1, Math.round((BAR_COLUMNS * bytesOf(run)) / largest)), marks),
    ].join('  ');
    return run.memory === runs[i - 1]?.memory ? [line] : [headOf(run.memory, sectors), line];
  });
}

function headOf(name: string, sectors: readonly Sector[]): string {
  const own = sectors.filter(({ memory }) => memory === name);
  return `${name}, ${sizeOf(own.reduce((sum, { bytes }) => sum + bytes, 0))}`;
}

/** The bar of a run, and what stands behind it. A column is full when any of the sectors it stands for is touched. */
function bar(run: Run, columns: number, marks: readonly RangeInfo[] | undefined): string[] {
  if (marks === undefined) return [TOUCHED.repeat(columns)];
  const touched = Array.from({ length: run.count }, (_, i) => isTouched(run.address + i * run.bytes, run.bytes, marks));
  const drawn = Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * run.count) / columns);
    const to = Math.max(from + 1, Math.floor(((column + 1) * run.count) / columns));
    return touched.slice(from, to).includes(true) ? TOUCHED : UNTOUCHED;
  });
  const count = touched.filter(Boolean).length;
  return count === 0 ? [drawn.join('')] : [drawn.join('').padEnd(BAR_COLUMNS), `${count} touched`];
}

function isTouched(address: number, bytes: number, marks: readonly RangeInfo[]): boolean {
  return marks.some((mark) => mark.address < address + bytes && address < mark.address + mark.bytes);
}

function allowed({ readable, erasable, writable }: Sector): string {
  return `${readable ? 'r' : '-'}${erasable ? 'e' : '-'}${writable ? 'w' : '-'}`;
}

function bytesOf({ count, bytes }: Run): number {
  return count * bytes;
}

/** In the largest unit that gives a whole number. */
function sizeOf(bytes: number): string {
  if (bytes % 1024 !== 0) return `${bytes} B`;
  return bytes % (1024 * 1024) === 0 ? `${bytes / (1024 * 1024)} MB` : `${bytes / 1024} KB`;
}

function widest(cells: readonly string[]): number {
  return Math.max(...cells.map(({ length }) => length));
}
