import type { SlotName, StationSetup } from '@flashline/contracts';
import { expect, test } from 'vitest';
import { floorPlan } from './floor-plan.ts';

const setup = (slots: readonly SlotName[], station = 'ST07') => ({ station, slots }) as StationSetup;
const slotsOf = (...setups: readonly StationSetup[]) =>
  setups.flatMap(({ station, slots }) => (slots ?? []).map(({ path }) => ({ station, slot: path })));
const at = (path: string, row: number, column: number, group?: string): SlotName => ({
  path,
  label: path,
  place: { row, column },
  ...(group && { group }),
});

test('a station that names neither groups nor places is one grid in the order of the slots', () => {
  const slots = [
    { station: 'ST07', slot: '1-2' },
    { station: 'ST07', slot: '1-1' },
  ];
  const plain = {
    title: null,
    grid: null,
    seats: [
      { key: 'ST07/1-2', place: null },
      { key: 'ST07/1-1', place: null },
    ],
  };
  expect(floorPlan(slots, [])).toEqual([plain]);
  expect(floorPlan(slots, [setup([{ path: '1-1', label: 'A' }])])).toEqual([plain]);
});

test('a fixture is mirrored: its holes stay, what is before its first row and column is left out, its slots are read row by row', () => {
  const station = setup([at('1-3', 4, 3), at('1-1', 3, 2), at('1-2', 3, 4)]);
  expect(floorPlan(slotsOf(station), [station])).toEqual([
    {
      title: null,
      grid: { rows: 2, columns: 3 },
      seats: [
        { key: 'ST07/1-1', place: { row: 1, column: 1 } },
        { key: 'ST07/1-2', place: { row: 1, column: 3 } },
        { key: 'ST07/1-3', place: { row: 2, column: 2 } },
      ],
    },
  ]);
});

test('groups come in the order of the file, and one without all places is in that order, too', () => {
  const right = { path: '1-9', label: 'B2', group: 'right' };
  const station = setup([at('1-5', 1, 1, 'right'), right, at('1-1', 1, 1, 'left')]);
  const plan = floorPlan(slotsOf(station).toReversed(), [station]);
  expect(plan.map(({ title, grid, seats }) => [title, grid, seats.map(({ key }) => key)])).toEqual([
    ['right', null, ['ST07/1-5', 'ST07/1-9']],
    ['left', { rows: 1, columns: 1 }, ['ST07/1-1']],
  ]);
});

test('groups of several stations do not mix, and come station by station', () => {
  const stations = [
    setup([at('1-1', 1, 1, 'left'), at('1-2', 1, 1, 'right')]),
    setup([at('1-1', 1, 1, 'left'), at('1-2', 1, 1)], 'ST08'),
  ];
  expect(floorPlan(slotsOf(...stations), stations).map(({ title }) => title)).toEqual([
    'ST07 · left',
    'ST07 · right',
    'ST08 · left',
    'ST08',
  ]);
});
