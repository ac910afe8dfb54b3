import { Fault } from '@flashline/contracts';
import { expect, test } from 'vitest';
import { parseMemoryMap, type Sector } from './memory-map.ts';
import { REAL_LAYOUTS } from './testing/real-layouts.ts';
import { readSlowly } from './testing/slow-memory-map.ts';

const STRINGS_OF_EACH_KIND = 250_000;
/** Every so many strings, the slow reader has its say. */
const COMPARED_EVERY = 20;

// Most strings are refused, and most of what refusing costs is the stack of the error.
Error.stackTraceLimit = 0;

/** Numbers below `below`, the same for the same seed (mulberry32). */
type Draw = (below: number) => number;

function drawFrom(seed: number): Draw {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Maps of a thousand sectors are as right as small ones, and take as long as a hundred of them. */
const LAYOUTS = REAL_LAYOUTS.filter(({ layout }) => parseMemoryMap(layout).sectors.length <= 64).map(
  ({ layout }) => layout,
);
const PIECES = [
  '@',
  '/',
  ',',
  '*',
  ', @',
  '0x',
  'K',
  'M',
  'B',
  'g',
  'e',
  'h',
  ' ',
  '\u0000',
  '-1',
  '65536',
  '4294967295',
];
const GRAMMAR = '@/,* 0123456789abcdefgxKMB';

const pick = (draw: Draw, of: readonly string[]) => of[draw(of.length)] ?? '';

/** A real string with one to three characters replaced, put in, or taken out. */
function damaged(draw: Draw): string {
  let text = pick(draw, LAYOUTS);
  for (let times = 1 + draw(3); times > 0; times--) {
    const at = draw(text.length + 1);
    text = text.slice(0, at) + (draw(3) === 0 ? '' : pick(draw, PIECES)) + text.slice(at + draw(2));
  }
  return text;
}

/** The beginning of one real string and the end of another. */
function spliced(draw: Draw): string {
  const [one, other] = [pick(draw, LAYOUTS), pick(draw, LAYOUTS)];
  return one.slice(0, draw(one.length + 1)) + other.slice(draw(other.length));
}

/** Characters that the grammar knows, in no order, behind a beginning that is right. */
function scrambled(draw: Draw): string {
  let text = '@A/0x0/1*1g'.slice(0, draw(12));
  for (let length = draw(24); length > 0; length--) text += GRAMMAR[draw(GRAMMAR.length)] ?? '';
  return text;
}

/** Any UTF-16 at all, halves of characters included. */
function garbage(draw: Draw): string {
  const units = Array.from({ length: draw(32) }, () => (draw(2) === 0 ? draw(0x1_0000) : draw(0x80)));
  return (draw(2) === 0 ? '@' : '') + String.fromCharCode(...units);
}

function parseOrNull(layout: string): readonly Sector[] | null {
  try {
    return parseMemoryMap(layout).sectors;
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'MEMORY_MAP_UNREADABLE' && thrown.details.layout === layout)
      return null;
    throw new Error(`${JSON.stringify(layout)}: ${String(thrown)}`, { cause: thrown });
  }
}

/** A map that came out makes sense: sectors of some size, in order, apart, and inside 32 bits. */
function makesSense(sectors: readonly Sector[]): boolean {
  let end = 0;
  for (const { address, bytes } of sectors) {
    if (address < end || bytes < 1) return false;
    end = address + bytes;
  }
  return sectors.length > 0 && sectors.length <= 16_384 && end <= 2 ** 32;
}

test.each([
  { kind: 'damaged', make: damaged, seed: 1, readsAtLeast: 50_000 },
  { kind: 'spliced', make: spliced, seed: 2, readsAtLeast: 25_000 },
  { kind: 'scrambled', make: scrambled, seed: 3, readsAtLeast: 500 },
  { kind: 'garbage', make: garbage, seed: 4, readsAtLeast: 0 },
])('a quarter of a million $kind strings are each read or refused', ({ make, seed, readsAtLeast }) => {
  const draw = drawFrom(seed);
  let read = 0;
  let refused = 0;
  for (let made = 1; made <= STRINGS_OF_EACH_KIND; made++) {
    const layout = make(draw);
    const sectors = parseOrNull(layout);
    if (sectors === null) refused += 1;
    else if (makesSense(sectors)) read += 1;
    if (made % COMPARED_EVERY === 0) expect(sectors, JSON.stringify(layout)).toEqual(readSlowly(layout));
  }
  expect(read + refused).toBe(STRINGS_OF_EACH_KIND);
  expect(read).toBeGreaterThanOrEqual(readsAtLeast);
});
