import type { PartSpec } from '../chip/part.ts';
import { type Sector, sectorsOf } from './sectors.ts';

/** What a board holds when it is plugged in: nothing, or an old firmware and settings in every sector. */
export const CONTENTS = ['blank', 'used'] as const;
export type Contents = (typeof CONTENTS)[number];

/** Gives what a sector holds on a board of this seed; the same seed always gives the same bytes. */
export function contentsOf(part: PartSpec, contents: Contents, seed: number): (sector: Sector) => Uint8Array {
  return (sector) => {
    const cells = new Uint8Array(sector.bytes).fill(part.erasedByte);
    if (sector.address === part.optionBytes.address) cells.set(part.optionBytes.factory);
    if (contents === 'used' && sector.kind === 'flash') age(cells, part, sector, seed);
    return cells;
  };
}

function age(cells: Uint8Array, part: PartSpec, sector: Sector, seed: number): void {
  scatter(cells, (seed ^ sector.address) >>> 0);
  const ram = part.ram.at(-1);
  if (!ram || sector.address !== sectorsOf(part.regions).find(({ erasable }) => erasable)?.address) return;
  // A vector table, so that the board would start: stack at the end of RAM, reset handler behind the table.
  const view = new DataView(cells.buffer);
  view.setUint32(0, ram.address + ram.bytes, true);
  view.setUint32(4, sector.address + 0x189, true);
}

/**
 * Fills whole words with a repeatable series (xorshift32, Marsaglia 2003): a sector of 256 KB must not take a millisecond.
 */
function scatter(cells: Uint8Array, seed: number): void {
  const words = new Uint32Array(cells.buffer, 0, cells.length >> 2);
  let state = Math.imul(seed ^ 0x9e37_79b9, 0x85eb_ca6b) | 1;
  for (let n = 0; n < words.length; n++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[n] = state;
  }
}
