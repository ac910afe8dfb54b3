import type { Range } from '@flashline/firmware';
import fc from 'fast-check';
import { type MemoryMap, parseMemoryMap, type Sector } from '../memory-map.ts';
import { addressesOf, SlowFlash } from './slow-flash.ts';

/** A board, an image for it, and what the board held before. */
export interface FlashWorld {
  readonly map: MemoryMap;
  readonly blockBytes: number;
  readonly erasedByte: 0xff | 0x00;
  readonly wordBytes: number;
  readonly image: readonly Range[];
  /** What the flash holds under the image: each letter for 40 bytes of it, again and again. */
  readonly before: readonly ('equal' | 'blank' | 'dirty')[];
}

/** Equal sectors; sectors of many sizes; memory that needs no erase, and a hole. */
const MAPS = [
  '@Flash/0x1000/8*128 g',
  '@Flash/0x1000/2*64 g,1*256 g,2*100 g',
  '@Flash/0x1000/2*128 g,1*128 e,2*96 g/0x2000/3*64 g',
].map(parseMemoryMap);

const shapes = fc.record({
  map: fc.constantFrom(...MAPS),
  blockBytes: fc.integer({ min: 2, max: 40 }).map((words) => words * 4),
  wordBytes: fc.constantFrom(1, 4),
  erasedByte: fc.constantFrom(0xff as const, 0x00 as const),
  before: fc.array(fc.constantFrom('equal', 'equal', 'blank', 'blank', 'dirty'), { minLength: 1, maxLength: 12 }),
  /** How many bytes are left out, how many are the image's, how many of these at their end are what an erase leaves. */
  stretches: fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 1, max: 250 }), fc.nat(90)), {
    minLength: 1,
    maxLength: 4,
  }),
});

/** Any of them. */
export const flashWorlds: fc.Arbitrary<FlashWorld> = shapes
  .map(({ stretches, wordBytes, ...shape }) => ({
    ...shape,
    // Memory that needs no erase has no words.
    wordBytes: shape.map.sectors.every(({ erasable }) => erasable) ? wordBytes : 1,
    image: imageOf(shape, stretches),
  }))
  .filter(({ image }) => image.length > 0);

function imageOf(
  { map, erasedByte }: Pick<FlashWorld, 'map' | 'erasedByte'>,
  stretches: readonly (readonly [number, number, number])[],
): Range[] {
  const left = map.sectors.flatMap(addressesOf);
  const cells: [at: number, byte: number][] = [];
  for (const [gap, length, blanks] of stretches) {
    left.splice(0, gap);
    const own = left.splice(0, length);
    cells.push(...own.map((at, n): [number, number] => [at, n >= length - blanks ? erasedByte : (at * 31 + 7) % 251]));
  }
  const ranges: { address: number; bytes: number[] }[] = [];
  for (const [at, byte] of cells) {
    const last = ranges.at(-1);
    if (last !== undefined && last.address + last.bytes.length === at) last.bytes.push(byte);
    else ranges.push({ address: at, bytes: [byte] });
  }
  return ranges.map(({ address, bytes }) => ({ address, data: Uint8Array.from(bytes) }));
}

/** The flash as it was before. */
export function flashOf({ map, image, before, erasedByte, wordBytes }: FlashWorld): SlowFlash {
  const flash = new SlowFlash(map, erasedByte, wordBytes);
  for (const at of map.sectors.flatMap(addressesOf)) flash.set(at, (at * 17 + 3) % 256);
  for (const [n, { at, byte }] of image.flatMap(bytesOf).entries()) {
    const held = { equal: byte, blank: erasedByte, dirty: (at * 13 + 1) % 256 };
    flash.set(at, held[before[Math.floor(n / 40) % before.length] ?? 'dirty']);
  }
  return flash;
}

/** Whether a sector must be erased, seen the slow way: some part of `blocks` that lies in it is neither as it should be nor blank. */
export function mustErase(flash: SlowFlash, sector: Sector, blocks: readonly Range[], blank: number | null): boolean {
  return blocks.some((block) => {
    const inside = bytesOf(block).filter(({ at }) => sector.address <= at && at < sector.address + sector.bytes);
    const isEqual = inside.every(({ at, byte }) => flash.at(at) === byte);
    return !isEqual && !inside.every(({ at }) => flash.at(at) === blank);
  });
}

function bytesOf({ address, data }: Range): { at: number; byte: number }[] {
  return Array.from(data, (byte, i) => ({ at: address + i, byte }));
}
