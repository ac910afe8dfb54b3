import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseMemoryMap } from '../memory-map.ts';
import { bytesAt, madeImage } from '../testing/made-image.ts';
import { blocksOf, cut } from './blocks.ts';
import { planFlash } from './flash-plan.ts';

/** Three pages of 256 bytes, then memory that is written over, then a page again. */
const MAP = parseMemoryMap('@Odd/0x1000/3*256Bg,2*64Be,1*256Bg');
const placesOf = (length: number, blockBytes: number, address = 0x1000) =>
  [...blocksOf(planFlash(madeImage(bytesAt(address, length)), MAP), blockBytes)].map(({ range, pieces }) => [
    range.address,
    range.data.length,
    pieces.map(({ part, sector }) => [part.address, part.data.length, sector?.address ?? null]),
  ]);

describe('a range', () => {
  test('is cut into full blocks and one last that may be short', () => {
    const cuts = [...cut([bytesAt(0x10, 130), bytesAt(0x200, 64)], 64)];
    expect(cuts.map(({ address, data }) => [address, data.length])).toEqual([
      [0x10, 64],
      [0x50, 64],
      [0x90, 2],
      [0x200, 64],
    ]);
  });

  test('of nothing is no block', () => {
    expect([...cut([bytesAt(0x10, 0)], 64)]).toEqual([]);
  });
});

describe('a block', () => {
  test('is one piece where it lies in one sector', () => {
    expect(placesOf(512, 256)).toEqual([
      [0x1000, 256, [[0x1000, 256, 0x1000]]],
      [0x1100, 256, [[0x1100, 256, 0x1100]]],
    ]);
  });

  test('is divided where a sector ends, also at both ends of one', () => {
    expect(placesOf(400, 400, 0x10c0)).toEqual([
      [
        0x10c0,
        400,
        [
          [0x10c0, 64, 0x1000],
          [0x1100, 256, 0x1100],
          [0x1200, 80, 0x1200],
        ],
      ],
    ]);
  });

  test('has pieces without a sector where nothing is erased, and finds the sector behind them again', () => {
    expect(placesOf(196, 512, 0x12f0)).toEqual([
      [
        0x12f0,
        196,
        [
          [0x12f0, 16, 0x1200],
          [0x1300, 128, null],
          [0x1380, 52, 0x1380],
        ],
      ],
    ]);
  });

  test('is without a sector altogether where the whole image is', () => {
    expect(placesOf(100, 64, 0x1300)).toEqual([
      [0x1300, 64, [[0x1300, 64, null]]],
      [0x1340, 36, [[0x1340, 36, null]]],
    ]);
  });
});

test('any image is cut into pieces that are the image, byte for byte, each inside what its sector says', () => {
  const world = fc.record({
    start: fc.integer({ min: 0, max: 700 }),
    lengths: fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 4 }),
    gap: fc.integer({ min: 1, max: 50 }),
    blockBytes: fc.integer({ min: 8, max: 600 }),
  });
  fc.assert(
    fc.property(world, ({ start, lengths, gap, blockBytes }) => {
      let next = 0x1000 + start;
      const ranges = lengths.map((length, n) => {
        const range = bytesAt(next, length, n);
        next += length + gap;
        return range;
      });
      fc.pre(next <= 0x1480);
      const plan = planFlash(madeImage(...ranges), MAP);
      const pieces = [...blocksOf(plan, blockBytes)].flatMap((block) => block.pieces);
      const told = pieces.flatMap(({ part }) => Array.from(part.data, (byte, i) => [part.address + i, byte]));
      const meant = ranges.flatMap(({ address, data }) => Array.from(data, (byte, i) => [address + i, byte]));
      expect(told).toEqual(meant);
      for (const { part, sector } of pieces)
        for (let at = part.address; at < part.address + part.data.length; at++) {
          const own = plan.sectors.find((one) => one.address <= at && at < one.address + one.bytes) ?? null;
          expect(sector).toBe(own);
        }
    }),
  );
});
