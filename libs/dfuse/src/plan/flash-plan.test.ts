import { Fault } from '@flashline/contracts';
import { digestOf, type FirmwareImage, type Range } from '@flashline/firmware';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseMemoryMap, type Sector } from '../memory-map.ts';
import { planFlash } from './flash-plan.ts';

const F405 = parseMemoryMap('@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg');
/** A boot area that cannot be written, a hole, and a region with a page size that is no power of two. */
const ODD = parseMemoryMap('@Odd/0x00001000/2*256Ba,4*256Bg/0x00003000/8*300Bg,2*300Be,1*300Bd');

function imageOf(ranges: readonly Range[], alternate = 0): FirmwareImage {
  return { format: 'hex', targets: [{ alternate, name: null, ranges }], device: null, warnings: [] };
}

function bytesAt(address: number, length: number): Range {
  return { address, data: new Uint8Array(length).map((_, i) => i) };
}

describe('a plan', () => {
  test('erases the sectors under the image and no others', () => {
    const plan = planFlash(imageOf([bytesAt(0x08000000, 12_586), bytesAt(0x08008000, 317_880)]), F405);
    expect(plan.sectors.map(({ address }) => address)).toEqual([
      0x08000000, 0x08008000, 0x0800c000, 0x08010000, 0x08020000, 0x08040000,
    ]);
    expect(plan).toMatchObject({
      bytes: 330_466,
      eraseBytes: 3 * 16_384 + 65_536 + 2 * 131_072,
      startAddress: 0x08000000,
    });
  });

  test('takes an image that fills the memory to its last byte', () => {
    expect(planFlash(imageOf([bytesAt(0x08000000, 1024 * 1024)]), F405).sectors).toHaveLength(12);
  });

  test('writes without erasing where the memory needs no erase', () => {
    expect(planFlash(imageOf([bytesAt(0x3000 + 8 * 300, 10)]), ODD).sectors).toEqual([]);
  });

  test('knows the digest that a read-back must have', () => {
    const image = imageOf([bytesAt(0x08000000, 5), bytesAt(0x08000010, 7)]);
    expect(planFlash(image, F405).digest).toEqual(digestOf(image.targets[0]?.ranges ?? []));
  });
});

describe('an image that does not fit', () => {
  test.each([
    ['below the flash', F405, bytesAt(0x07ffffff, 2), { address: '0x07ffffff', reason: 'outside' }],
    ['past its end', F405, bytesAt(0x080fffff, 2), { address: '0x08100000', reason: 'outside' }],
    [
      'past its end from far before',
      F405,
      bytesAt(0x08000000, 1024 * 1024 + 1),
      { address: '0x08100000', reason: 'outside' },
    ],
    ['far away', F405, bytesAt(0x20000000, 4), { address: '0x20000000', reason: 'outside' }],
    ['in a hole', ODD, bytesAt(0x1500, 0x200), { address: '0x00001600', reason: 'outside' }],
    ['where nothing may be written', ODD, bytesAt(0x11ff, 2), { address: '0x000011ff', reason: 'not writable' }],
    [
      'where nothing can be read back',
      ODD,
      bytesAt(0x3000 + 10 * 300, 1),
      { address: '0x00003bb8', reason: 'not readable' },
    ],
  ])('%s is refused with the first address that does not', (_where, map, range, details) => {
    expect(() => planFlash(imageOf([range]), map)).toThrow(
      expect.objectContaining({ code: 'IMAGE_DOES_NOT_FIT', details }),
    );
  });

  test('is one for another alternate setting, such as option bytes', () => {
    expect(() => planFlash(imageOf([bytesAt(0x08000000, 4)], 1), F405)).toThrow(
      expect.objectContaining({
        code: 'IMAGE_DOES_NOT_FIT',
        details: expect.objectContaining({ alternate: 1 }) as unknown,
      }),
    );
  });

  test('is one that reaches into the option bytes an AT32 describes in the same string', () => {
    const at32 = parseMemoryMap('@Internal Flash  /0x08000000/512*002Kg,@Option byte   /0x1FFFC000/01*512 g');
    expect(() => planFlash(imageOf([bytesAt(0x1fffc000, 4)]), at32)).toThrow(
      expect.objectContaining({ code: 'IMAGE_DOES_NOT_FIT' }),
    );
  });

  test('must have bytes at all, or a pass would prove nothing', () => {
    expect(() => planFlash(imageOf([]), F405)).toThrow(expect.objectContaining({ code: 'IMAGE_EMPTY' }));
  });
});

function sectorsUnderEachByte(ranges: readonly Range[]): (Sector | undefined)[] {
  return ranges.flatMap(({ address, data }) =>
    Array.from(data, (_, i) => address + i).map((at) =>
      ODD.sectors.find((one) => one.address <= at && at < one.address + one.bytes),
    ),
  );
}

describe('any image on any memory', () => {
  const ranges = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 900 })), { minLength: 1, maxLength: 6 })
    .chain((gaps) => fc.tuple(fc.constantFrom(0x1000, 0x1200, 0x2f00, 0x3000), fc.constant(gaps)))
    .map(([start, gaps]) => {
      let address = start - 1;
      return gaps.map(([gap, length]) => {
        const range = bytesAt(address + gap, length);
        address = range.address + length;
        return range;
      });
    });

  test('is planned so that every byte is written once into a sector erased once, or refused when one byte has no place', () => {
    fc.assert(
      fc.property(ranges, (all) => {
        const under = sectorsUnderEachByte(all);
        if (!under.every((sector) => sector?.writable && sector.readable)) {
          expect(() => planFlash(imageOf(all), ODD)).toThrow(Fault);
          return;
        }
        const plan = planFlash(imageOf(all), ODD);
        expect(plan.sectors).toEqual(ODD.sectors.filter((sector) => sector.erasable && under.includes(sector)));
        expect(plan.ranges).toEqual(all);
        expect(plan.bytes).toBe(all.reduce((sum, { data }) => sum + data.length, 0));
      }),
      { numRuns: 500 },
    );
  });
});
