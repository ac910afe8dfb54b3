import { expect, test } from 'vitest';
import { percentile } from './plug-latency.ts';

test('a percentile is a value that was measured', () => {
  const sorted = Array.from({ length: 64 }, (_, n) => n + 1);
  expect([0, 50, 99, 100].map((percent) => percentile(sorted, percent))).toEqual([1, 32, 64, 64]);
});

test('nothing measured is no figure', () => {
  expect(percentile([], 99)).toBeNaN();
});
