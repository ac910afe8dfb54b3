import fc from 'fast-check';
import { expect, test } from 'vitest';
import { floorLayout } from './grid-shape.ts';

const alone = (slots: number) => [{ slots, grid: null, isHeaded: false }];

test('every slot has a place, and no row is empty', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 256 }), fc.integer({ min: 320, max: 3840 }), (slots, widthPx) => {
      const [grid] = floorLayout(alone(slots), widthPx, 600).grids;
      const { columns, rows } = grid ?? { columns: 0, rows: 0 };
      expect(columns * rows).toBeGreaterThanOrEqual(slots);
      expect(columns * (rows - 1)).toBeLessThan(slots);
    }),
  );
});

test('common benches have the shape one would draw', () => {
  const shape = (slots: number) => floorLayout(alone(slots), 1248, 530);
  expect(shape(1)).toEqual({ across: 1, down: 1, grids: [{ columns: 1, rows: 1 }], roomy: true });
  expect(shape(8)).toEqual({ across: 1, down: 1, grids: [{ columns: 4, rows: 2 }], roomy: true });
  expect(shape(64)).toEqual({ across: 1, down: 1, grids: [{ columns: 8, rows: 8 }], roomy: false });
});

test('groups lie so that the smallest tile is large, and a fixture keeps its shape', () => {
  const fixture = (rows: number, columns: number) => ({
    slots: rows * columns,
    grid: { rows, columns },
    isHeaded: true,
  });
  expect(floorLayout([fixture(4, 2), fixture(4, 2)], 1248, 530)).toMatchObject({ across: 2, down: 1 });
  expect(floorLayout([fixture(1, 8), fixture(1, 8)], 1248, 530)).toMatchObject({ across: 1, down: 2 });
  expect(floorLayout([fixture(4, 4), fixture(4, 4), fixture(4, 4), fixture(4, 4)], 1248, 530)).toMatchObject({
    across: 2,
    down: 2,
    grids: Array.from({ length: 4 }, () => ({ rows: 4, columns: 4 })),
    roomy: false,
  });
});

test('whatever the groups are, all of them have a place', () => {
  const Group = fc.record({ slots: fc.integer({ min: 1, max: 64 }), grid: fc.constant(null), isHeaded: fc.boolean() });
  fc.assert(
    fc.property(fc.array(Group, { minLength: 1, maxLength: 20 }), (groups) => {
      const { across, down, grids } = floorLayout(groups, 1248, 530);
      expect(across * down).toBeGreaterThanOrEqual(groups.length);
      expect(across * (down - 1)).toBeLessThan(groups.length);
      expect(grids).toHaveLength(groups.length);
    }),
  );
});
