import { F072, F405, F405_LYING, PARTS } from '@flashline/virtual-boards';
import { describe, expect, test } from 'vitest';
import { NAMED } from '../promises.ts';
import { stretchFor } from './bench-image.ts';
import { floorMs } from './floor.ts';
import { limitOf, verdictOf } from './limits.ts';
import { runVirtually } from './part-runs.ts';

describe('a row', () => {
  test('of a used F405 is limited in seconds and in transfers', () => {
    const limit = limitOf(F405, 'used', 4.12);
    expect(limit).toMatchObject({ transfersMax: 560, isPromised: true });
    expect(limit?.secondsMax).toBeCloseTo(4.53, 2);
    expect(verdictOf(limit, { seconds: 4.5, transfers: 560 })).toBe('ok');
    expect(verdictOf(limit, { seconds: 4.5, transfers: 561 })).toBe('OVER');
    expect(verdictOf(limit, { seconds: 4.6, transfers: 400 })).toBe('OVER');
  });

  test('gets more time where polls lie, and a quarter of dfu-util’s where the image is there already', () => {
    expect(limitOf(F405_LYING, 'used', 4)?.secondsMax).toBeCloseTo(4.6);
    expect(limitOf(F405, 'same', 0.2)?.secondsMax).toBeCloseTo(6.35 / 4);
  });

  test('of a part that is not named is judged in brackets, and not at all where there is nothing to judge by', () => {
    const limit = limitOf(F072, 'used', 4);
    expect([4.4, 4.5].map((seconds) => verdictOf(limit, { seconds, transfers: 1 }))).toEqual(['(ok)', '(over)']);
    expect(verdictOf(limitOf(F072, 'same', 0.1), { seconds: 99, transfers: 1 })).toBe('-');
  });
});

test('in virtual time, where no computer is late, every promise about a part is kept', async () => {
  const named = PARTS.filter(({ name }) => name in NAMED);
  const runs = await runVirtually(named.map((part) => ({ part, stretch: stretchFor(part) })));
  const verdicts = runs.map((run) => {
    const limit = limitOf(run.part, run.held, floorMs(run.part, run.stretch, run.held) / 1000);
    return `${run.part.name} ${run.held} ${verdictOf(limit, run)}`;
  });
  expect(verdicts).toHaveLength(15);
  expect(verdicts.filter((verdict) => /over/i.test(verdict))).toEqual([]);
});
