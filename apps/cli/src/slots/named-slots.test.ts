import { expect, test } from 'vitest';
import { namedSlots } from './named-slots.ts';

const BEFORE = [
  { path: '1-1', label: 'A1', group: 'left', place: { row: 1, column: 1 } },
  { path: '1-2', label: 'A2' },
  { path: '1-3', label: 'A3' },
];

test('a slot that was found keeps its group, place and order; new ones come last', () => {
  const found = new Map([
    ['B1', '1-9'],
    ['A1', '1-7'],
  ]);
  expect(namedSlots(BEFORE, found)).toEqual({
    slots: [{ ...BEFORE[0], path: '1-7' }, BEFORE[1], BEFORE[2], { path: '1-9', label: 'B1' }],
    dropped: [],
  });
});

test('ports may change places, and a slot whose port now is another is dropped', () => {
  const found = new Map([
    ['A1', '1-2'],
    ['A2', '1-3'],
  ]);
  const { slots, dropped } = namedSlots(BEFORE, found);
  expect(slots.map(({ label, path }) => `${label} ${path}`)).toEqual(['A1 1-2', 'A2 1-3']);
  expect(dropped.map(({ label }) => label)).toEqual(['A3']);
});
