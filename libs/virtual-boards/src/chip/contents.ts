import { seededRandom } from '../random.ts';
import type { Sector } from './flash-memory.ts';
import type { PartSpec } from './part.ts';

/** What a board holds when it is plugged in: nothing, or an old firmware and settings in every sector. */
export const CONTENTS = ['blank', 'used'] as const;
export type Contents = (typeof CONTENTS)[number];

/** Gives what a sector holds on a board of this seed; the same seed always gives the same bytes. */
export function contentsOf(part: PartSpec, contents: Contents, seed: number): (sector: Sector) => Uint8Array {
  return (sector) => {
    const cells = new Uint8Array(sector.bytes).fill(part.erasedByte);
    if (contents === 'used' && sector.erasable) age(cells, part, sector, seed);
    return cells;
  };
}

function age(cells: Uint8Array, part: PartSpec, sector: Sector, seed: number): void {
  const random = seededRandom((seed ^ sector.address) >>> 0);
  const view = new DataView(cells.buffer);
  for (let offset = 0; offset + 4 <= cells.length; offset += 4) view.setUint32(offset, random() * 0x1_0000_0000, true);
  const flash = part.regions[0];
  const ram = part.ram.at(-1);
  if (!flash || !ram || sector.address !== flash.address) return;
  // A vector table, so that the board would start: stack at the end of RAM, reset handler behind the table.
  view.setUint32(0, ram.address + ram.bytes, true);
  view.setUint32(4, flash.address + 0x189, true);
}
