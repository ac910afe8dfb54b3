import { SlotPath } from '@flashline/contracts';
import { expect, test } from 'vitest';
import { benchSlots } from './bench-slots.ts';

test('slots are hubs of eight, lettered', () => {
  const slots = benchSlots(17);
  expect([slots[0], slots[7], slots[8], slots[16]]).toEqual([
    { path: '1-1.1', label: 'A1' },
    { path: '1-1.8', label: 'A8' },
    { path: '1-2.1', label: 'B1' },
    { path: '1-3.1', label: 'C1' },
  ]);
});

test('all 120 have their own path and label', () => {
  const slots = benchSlots(120);
  expect(new Set(slots.map(({ path }) => path)).size).toBe(120);
  expect(new Set(slots.map(({ label }) => label)).size).toBe(120);
  for (const { path } of slots) expect(SlotPath.safeParse(path).success).toBe(true);
});

test.each([0, -1, 121, 1.5, Number.NaN])('%d slots are refused', (count) => {
  expect(() => benchSlots(count)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
});
