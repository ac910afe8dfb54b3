import { expect, test } from 'vitest';
import { type TilePlace, tileAfter } from './tile-keys.ts';

/** Two rows of four. */
const FULL: readonly TilePlace[] = Array.from({ length: 8 }, (_, at) => ({
  group: 0,
  row: Math.floor(at / 4),
  column: at % 4,
}));

test('arrow keys move between tiles and stop at the edges', () => {
  const from = (key: string, index: number) => tileAfter(key, index, FULL);
  expect([from('ArrowRight', 0), from('ArrowLeft', 1), from('ArrowDown', 1), from('ArrowUp', 5)]).toEqual([1, 0, 5, 1]);
  expect([from('Home', 5), from('End', 2)]).toEqual([0, 7]);
  expect([from('ArrowLeft', 0), from('ArrowRight', 7), from('ArrowUp', 2), from('ArrowDown', 6)]).toEqual([
    null,
    null,
    null,
    null,
  ]);
  expect([from('Enter', 3), from('ArrowRight', -1), from('End', 7)]).toEqual([null, null, null]);
});

test('up and down jump over places without a slot, and stay in their group', () => {
  const place = (group: number, row: number, column: number): TilePlace => ({ group, row, column });
  const places = [place(0, 1, 1), place(0, 1, 2), place(0, 3, 2), place(1, 1, 2)];
  expect(tileAfter('ArrowDown', 1, places)).toBe(2);
  expect(tileAfter('ArrowUp', 2, places)).toBe(1);
  expect(tileAfter('ArrowDown', 0, places)).toBeNull();
  expect(tileAfter('ArrowUp', 3, places)).toBeNull();
  expect(tileAfter('ArrowRight', 2, places)).toBe(3);
});
