import fc from 'fast-check';
import { expect, test } from 'vitest';
import { benchLayout } from './grid-shape.ts';
import { tileAfter } from './tile-keys.ts';

test('every slot has a place, and no row is empty', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 256 }), fc.integer({ min: 320, max: 3840 }), (slots, widthPx) => {
      const { columns, rows } = benchLayout(slots, widthPx, 600);
      expect(columns * rows).toBeGreaterThanOrEqual(slots);
      expect(columns * (rows - 1)).toBeLessThan(slots);
    }),
  );
});

test('common benches have the shape one would draw', () => {
  const shape = (slots: number) => benchLayout(slots, 1248, 530);
  expect(shape(1)).toEqual({ columns: 1, rows: 1, roomy: true });
  expect(shape(8)).toEqual({ columns: 4, rows: 2, roomy: true });
  expect(shape(64)).toEqual({ columns: 8, rows: 8, roomy: false });
});

test('arrow keys move between tiles and stop at the edges', () => {
  const from = (key: string, index: number) => tileAfter(key, index, 8, 4);
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
