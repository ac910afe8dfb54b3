import { expect, test } from 'vitest';
import { parseMemoryMap } from '../memory-map.ts';
import { bytesAt, madeImage } from '../testing/made-image.ts';
import { madePart } from '../testing/made-part.ts';
import { planFlash } from './flash-plan.ts';
import { expectedShares, workShares } from './shares.ts';
import type { EraseWork } from './work.ts';

const KIB = 1024;
const plan = planFlash(madeImage(bytesAt(0x1000, 3 * KIB)), parseMemoryMap('@Flash/0x1000/4*2Kg'));

test('before the board was looked at everything is expected to be erased, written, and read twice', () => {
  expect(expectedShares(plan, madePart(), false)).toEqual({
    plan: { ms: 3, bytes: 3 * KIB },
    erase: { ms: 24, bytes: 4 * KIB },
    write: { ms: 12, bytes: 3 * KIB },
    verify: { ms: 3, bytes: 3 * KIB },
  });
});

test('only a board that is to leave is expected to', () => {
  expect(Object.keys(expectedShares(plan, madePart(), true)).slice(-2)).toEqual(['leave', 'confirm']);
});

test('then only what is left to do is expected', () => {
  const erase: EraseWork = { kind: 'sectors', sectors: plan.sectors.slice(1), bytes: 2 * KIB };
  expect(workShares({ erase, writes: [], writeBytes: KIB }, madePart())).toEqual({
    erase: { ms: 12, bytes: 2 * KIB },
    write: { ms: 4, bytes: KIB },
  });
});

test('erasing everything takes what is known of it, or else what its sectors take', () => {
  const erase: EraseWork = { kind: 'mass', sectors: plan.erasable, bytes: 8 * KIB };
  const work = { erase, writes: [], writeBytes: 0 };
  const unknown = { ...madePart().timing, massEraseMs: null };
  expect(workShares(work, madePart()).erase).toEqual({ ms: 25, bytes: 8 * KIB });
  expect(workShares(work, madePart({ timing: unknown })).erase).toEqual({ ms: 48, bytes: 8 * KIB });
});
