import { expect, test } from 'vitest';
import { labelsToAsk } from './slot-labels.ts';

const KNOWN = [{ path: '1-1', label: 'X1' }];
const none = { labels: [], label: 'A{n}' };

test('the labels are the given ones, a number of them, or those of the station', () => {
  expect(labelsToAsk({ ...none, labels: ['B2', ' A1 '] }, KNOWN)).toEqual(['B2', 'A1']);
  expect(labelsToAsk({ ...none, count: 3, label: 'L{n}' }, KNOWN)).toEqual(['L1', 'L2', 'L3']);
  expect(labelsToAsk(none, KNOWN)).toEqual(['X1']);
});

test('no more slots are asked for than a station may have, with those that it has', () => {
  const many = Array.from({ length: 255 }, (_, n) => ({ path: `1-${n}`, label: `S${n}` }));
  expect(labelsToAsk({ ...none, labels: ['S1', 'A1'] }, many)).toEqual(['S1', 'A1']);
  expect(() => labelsToAsk({ ...none, labels: ['A1', 'A2'] }, many)).toThrow(
    expect.objectContaining({ code: 'USAGE' }),
  );
  expect(() => labelsToAsk({ ...none, count: 257 }, [])).toThrow(expect.objectContaining({ code: 'USAGE' }));
});

test.each([
  [none],
  [{ ...none, labels: ['A1'], count: 2 }],
  [{ ...none, labels: ['A1', 'A1'] }],
  [{ ...none, count: 2, label: 'A' }],
  [{ ...none, count: 2, label: '{row}' }],
  [{ ...none, labels: ['{n}'] }],
  [{ ...none, labels: ['  '] }],
  [{ ...none, labels: ['x'.repeat(33)] }],
])('%j says not which slots there are', (options) => {
  expect(() => labelsToAsk(options, [])).toThrow(expect.objectContaining({ code: 'USAGE' }));
});
