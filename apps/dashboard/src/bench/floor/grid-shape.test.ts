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
  const shape = (slots: number) => {
    const { grids, roomy } = floorLayout(alone(slots), 1248, 530);
    return [...grids, roomy];
  };
  expect(shape(1)).toEqual([{ columns: 1, rows: 1 }, true]);
  expect(shape(8)).toEqual([{ columns: 4, rows: 2 }, true]);
  expect(shape(16)).toEqual([{ columns: 6, rows: 3 }, true]);
  expect(shape(64)).toEqual([{ columns: 8, rows: 8 }, false]);
});

const fixture = (rows: number, columns: number) => ({ slots: rows * columns, grid: { rows, columns }, isHeaded: true });
const group = (slots: number) => ({ slots, grid: null, isHeaded: true });

test('groups lie so that the tiles are large, and a fixture keeps its shape', () => {
  expect(floorLayout([fixture(4, 2), fixture(4, 2)], 1248, 530).shelves).toEqual([[0, 1]]);
  expect(floorLayout([fixture(1, 8), fixture(1, 8)], 1248, 530).shelves).toEqual([[0], [1]]);
  expect(floorLayout([fixture(4, 4), fixture(4, 4), fixture(4, 4), fixture(4, 4)], 1248, 530)).toMatchObject({
    shelves: [
      [0, 1],
      [2, 3],
    ],
    grids: Array.from({ length: 4 }, () => ({ rows: 4, columns: 4 })),
    roomy: false,
  });
});

test('groups of different size share one size of tile: 8, 3 and 16 slots stand side by side where there is room', () => {
  expect(floorLayout([group(8), group(3), group(16)], 1888, 760)).toEqual({
    shelves: [[0, 1, 2]],
    grids: [
      { columns: 2, rows: 4 },
      { columns: 1, rows: 3 },
      { columns: 4, rows: 4 },
    ],
    tilesAcross: 7,
    groupsAcross: 3,
    tilesDown: 4,
    isHeaded: true,
    roomy: true,
  });
  expect(floorLayout([fixture(2, 4), fixture(3, 1), fixture(4, 4)], 1248, 480)).toMatchObject({
    shelves: [[0, 1], [2]],
    tilesAcross: 5,
    tilesDown: 7,
  });
});

test('whatever the groups are, each of them stands on one shelf, in their order, and no shelf is wider or higher than told', () => {
  const Grid = fc.record({ rows: fc.integer({ min: 1, max: 64 }), columns: fc.integer({ min: 1, max: 64 }) });
  const Group = fc.record({
    slots: fc.integer({ min: 1, max: 64 }),
    grid: fc.option(Grid, { freq: 2 }),
    isHeaded: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(Group, { minLength: 1, maxLength: 12 }), fc.integer({ min: 100, max: 3840 }), (groups, px) => {
      const { shelves, grids, tilesAcross, groupsAcross, tilesDown } = floorLayout(groups, px, 530);
      expect(shelves.flat()).toEqual(groups.map((_, index) => index));
      const shapes = shelves.map((shelf) => shelf.flatMap((index) => grids[index] ?? []));
      const heights = shapes.map((shelf) => Math.max(...shelf.map(({ rows }) => rows)));
      expect(heights.reduce((sum, height) => sum + height, 0)).toBe(tilesDown);
      for (const shelf of shapes) {
        expect(shelf.length).toBeLessThanOrEqual(groupsAcross);
        expect(shelf.reduce((sum, { columns }) => sum + columns, 0)).toBeLessThanOrEqual(tilesAcross);
      }
      for (const [index, { grid, slots }] of groups.entries())
        if (grid === null)
          expect((grids[index]?.columns ?? 0) * (grids[index]?.rows ?? 0)).toBeGreaterThanOrEqual(slots);
        else expect(grids[index]).toEqual(grid);
    }),
  );
});
