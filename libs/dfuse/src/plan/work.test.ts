import { type Part, PLAIN_RECIPE } from '@flashline/contracts';
import type { Range } from '@flashline/firmware';
import { describe, expect, test } from 'vitest';
import { parseMemoryMap } from '../memory-map.ts';
import { bytesAt, madeImage } from '../testing/made-image.ts';
import { madePart } from '../testing/made-part.ts';
import { Findings } from './findings.ts';
import { type BoardRecipe, planFlash } from './flash-plan.ts';
import { endangered, type FlashWork, workOf } from './work.ts';

/** Four sectors; by itself one costs 11 ms to erase. */
const MAP = parseMemoryMap('@Flash/0x1000/4*1Kg');
const KIB = 1024;

interface Case {
  readonly image?: readonly Range[];
  readonly recipe?: Partial<BoardRecipe>;
  readonly part?: Part | null;
  /** What the whole board is filled with. */
  readonly holds?: number;
}

function decide({ image = [bytesAt(0x1000, 3 * KIB)], recipe = {}, part = madePart(), holds = 0x55 }: Case): FlashWork {
  const whole: BoardRecipe = { ...PLAIN_RECIPE, ...recipe };
  const plan = planFlash(madeImage(...image), MAP, whole);
  const findings = new Findings(plan, 512, part);
  for (const block of findings.blocks)
    findings.note(
      block,
      block.range.data.map(() => holds),
    );
  return workOf(plan, findings, whole, part);
}

const erasedBy = ({ erase }: FlashWork) => [erase.kind, ...erase.sectors.map(({ address }) => address)];
const timed = (massEraseMs: number | null): Part => {
  const part = madePart();
  return { ...part, timing: { ...part.timing, massEraseMs } };
};

describe('what is erased where it is needed', () => {
  test('are the sectors that hold something else, told with their bytes', () => {
    const work = decide({ image: [bytesAt(0x1000, KIB), bytesAt(0x1800, 10)] });
    expect(erasedBy(work)).toEqual(['sectors', 0x1000, 0x1800]);
    expect(work).toMatchObject({ erase: { bytes: 2 * KIB }, writeBytes: KIB + 10 });
  });

  test('is everything at once when that is faster and the rest may go', () => {
    const work = decide({ recipe: { keepsRest: false } });
    expect(erasedBy(work)).toEqual(['mass', 0x1000, 0x1400, 0x1800, 0x1c00]);
    expect(work.erase.bytes).toBe(4 * KIB);
  });

  test('is everything at once when that is faster and all of it is to go anyway', () => {
    expect(erasedBy(decide({ image: [bytesAt(0x1000, 4 * KIB)] }))[0]).toBe('mass');
  });

  test.each<[string, Case]>([
    ['the rest is kept', { recipe: { keepsRest: true } }],
    ['it takes just as long', { recipe: { keepsRest: false }, part: timed(33) }],
    ['nobody knows how long it takes', { recipe: { keepsRest: false }, part: timed(null) }],
    ['the part does not survive it', { recipe: { keepsRest: false }, part: madePart({ hasMassErase: false }) }],
    ['nobody knows the part', { recipe: { keepsRest: false }, part: null }],
  ])('is sector after sector when %s', (_why, one) => {
    expect(erasedBy(decide(one))).toEqual(['sectors', 0x1000, 0x1400, 0x1800]);
  });

  test('is nothing at all on a blank board, however fast a mass erase is', () => {
    const work = decide({ recipe: { keepsRest: false }, part: timed(0.001), holds: 0xff });
    expect(erasedBy(work)).toEqual(['sectors']);
    expect(work.writeBytes).toBe(3 * KIB);
  });
});

describe('what is erased where a recipe wants everything', () => {
  const mass = { erase: 'mass' } as const;

  test.each<[string, Case]>([
    ['a blank board', { holds: 0xff }],
    ['a part that nobody knows', { part: null }],
    ['a part on which it is slow', { part: timed(1_000_000) }],
  ])('is everything, also of %s', (_what, one) => {
    expect(erasedBy(decide({ ...one, recipe: mass }))).toEqual(['mass', 0x1000, 0x1400, 0x1800, 0x1c00]);
  });

  test('is nothing of a part that does not survive it: RECIPE_REFUSED', () => {
    expect(() => decide({ recipe: mass, part: madePart({ hasMassErase: false }) })).toThrow(
      expect.objectContaining({ code: 'RECIPE_REFUSED', details: { erase: 'mass', part: 'made' } }),
    );
  });
});

describe('what is erased where a recipe forbids it', () => {
  const never = { erase: 'none' } as const;

  test('is nothing: a blank board is written, one that is not is FLASH_NOT_BLANK with the first place', () => {
    expect(decide({ recipe: never, holds: 0xff })).toMatchObject({ erase: { sectors: [] }, writeBytes: 3 * KIB });
    expect(() => decide({ recipe: never, image: [bytesAt(0x1400, 2 * KIB)] })).toThrow(
      expect.objectContaining({ code: 'FLASH_NOT_BLANK', details: { address: '0x00001400', sectors: 2 } }),
    );
  });
});

test('what an erase endangers are the ranges to preserve that share a byte with it, and no others', () => {
  const preserve = [0x13ff, 0x1c00, 0x1bfe].map((address) => ({ address, bytes: 1 }));
  const plan = planFlash(madeImage(bytesAt(0x1400, 100)), MAP, { ...PLAIN_RECIPE, preserve });
  const sectors = plan.erasable.filter(({ address }) => address === 0x1400 || address === 0x1800);
  expect(endangered(plan, { kind: 'sectors', sectors, bytes: 0 })).toEqual([{ address: 0x1bfe, bytes: 1 }]);
});
