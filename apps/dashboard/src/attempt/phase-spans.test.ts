import { expect, test } from 'vitest';
import { phaseSpans } from './phase-spans.ts';

const phase = (ms: number) => ({ name: 'write', ms, bytes: 0 }) as const;
const bars = (spans: ReturnType<typeof phaseSpans>) =>
  spans.map(({ startPercent, widthPercent }) => [startPercent, widthPercent]);

test('phases follow one another on one time line', () => {
  expect(bars(phaseSpans([phase(100), phase(300)], 400))).toEqual([
    [0, 25],
    [25, 75],
  ]);
});

test('time that no phase accounts for stays empty; a sum above the whole still fits', () => {
  expect(bars(phaseSpans([phase(100)], 400))).toEqual([[0, 25]]);
  expect(bars(phaseSpans([phase(300), phase(100)], 200))).toEqual([
    [0, 75],
    [75, 25],
  ]);
});

test('an attempt without time has bars without width', () => {
  expect(bars(phaseSpans([phase(0)], 0))).toEqual([[0, 0]]);
});
