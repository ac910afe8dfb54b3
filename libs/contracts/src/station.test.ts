import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BenchReport } from './messages.ts';
import { firstSlotClash, type SlotName, SlotNames, StationFile } from './station.ts';

const A1: SlotName = { path: '1-1', label: 'A1', group: 'left', place: { row: 1, column: 1 } };

test.each([
  [{ ...A1, label: 'B', place: { row: 1, column: 2 } }, 'path'],
  [{ ...A1, path: '1-2', place: { row: 1, column: 2 } }, 'label'],
  [{ ...A1, path: '1-2', label: 'B' }, 'place'],
] as const)('two slots that share something are told by the second: %j shares its %s', (second, field) => {
  expect(firstSlotClash([A1, second])).toMatchObject({ at: 1, field });
  expect(SlotNames.safeParse([A1, second]).error?.issues[0]?.path).toEqual([1, field]);
});

test('the same place in another group is another place, and slots without places share none', () => {
  const right = { ...A1, path: '1-2', label: 'B1', group: 'right' };
  const nowhere = [
    { path: '1-3', label: 'C' },
    { path: '1-4', label: 'D' },
  ];
  expect(SlotNames.parse([A1, right, ...nowhere])).toEqual([A1, right, ...nowhere]);
});

test('a list in which nothing is there twice has no clash, and one with a doubled slot has', () => {
  const Slots = fc
    .uniqueArray(fc.nat(200), { maxLength: 20 })
    .map((ports) =>
      ports.map((port): SlotName => ({ path: `1-${port}`, label: `L${port}`, place: { row: 1, column: port + 1 } })),
    );
  fc.assert(
    fc.property(Slots, fc.nat(), (slots, which) => {
      expect(firstSlotClash(slots)).toBeNull();
      const again = slots[which % Math.max(1, slots.length)];
      if (again !== undefined) expect(firstSlotClash([...slots, again])).toMatchObject({ at: slots.length });
    }),
  );
});

test('limits are kept: slots of a station, rows and columns, starts behind a hub', () => {
  const many = Array.from({ length: 257 }, (_, n) => ({ path: `1-${n}`, label: `${n}` }));
  expect(SlotNames.safeParse(many).success).toBe(false);
  expect(SlotNames.safeParse(many.slice(1)).success).toBe(true);
  expect(SlotNames.safeParse([{ ...A1, place: { row: 0, column: 1 } }]).success).toBe(false);
  expect(StationFile.safeParse({ station: 'a', startsPerHub: 0 }).success).toBe(false);
});

test('a report of a worker that knows no names, other ports or hubs is understood', () => {
  const old = { station: 'a', simulated: false, toolVersion: '1', trouble: null, blind: false, slots: [] };
  expect(BenchReport.parse(old)).toEqual({
    ...old,
    others: [],
    naming: { slots: null, keepsNames: false, answered: null },
    usb: null,
  });
});
