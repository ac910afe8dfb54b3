import type { BusDevice } from '@flashline/dfuse';
import { expect, test, vi } from 'vitest';
import { Bench } from './bench.ts';

function open() {
  let ids = 0;
  const world = {
    nowMs: () => 0,
    moment: () => '2026-11-22T08:00:00.000Z',
    newId: () => `seating-${ids++}`,
    onSlot: vi.fn(),
    onChange: vi.fn(),
    onMoved: vi.fn(),
  };
  return { bench: new Bench(world), world };
}

function device(path: string, mode: BusDevice['mode'] = 'dfu', address = 1): BusDevice {
  return { path, address, vendorId: 0x0483, productId: 0xdf11, bcdDevice: 0x2200, usbSerial: null, mode };
}

test('without names every port with a board in its bootloader becomes a slot, and only such a port', () => {
  const { bench, world } = open();
  bench.scan([device('1-1'), device('1-2', 'application'), device('1-3', 'other')]);
  expect(bench.report().map(({ slot, label }) => [slot, label])).toEqual([['1-1', '1-1']]);
  expect(bench.others().map(({ path, mode }) => [path, mode])).toEqual([
    ['1-2', 'application'],
    ['1-3', 'other'],
  ]);
  expect(world.onSlot.mock.calls).toEqual([['1-1']]);
});

test('ports that are not named are told apart from slots, boards first, and a change there is news', () => {
  const { bench, world } = open();
  bench.name([{ path: '1-1', label: 'A1' }]);
  bench.scan([device('1-10', 'other'), device('1-9', 'other'), device('1-4'), device('1-1')]);
  expect(bench.report()).toHaveLength(1);
  expect(bench.others()).toEqual([
    { path: '1-4', vendorId: 0x0483, productId: 0xdf11, mode: 'dfu' },
    { path: '1-9', vendorId: 0x0483, productId: 0xdf11, mode: 'other' },
    { path: '1-10', vendorId: 0x0483, productId: 0xdf11, mode: 'other' },
  ]);
  const told = world.onChange.mock.calls.length;
  bench.scan([device('1-9', 'other'), device('1-10', 'other'), device('1-4'), device('1-1')]);
  expect(world.onChange.mock.calls.length).toBe(told);
  bench.scan([device('1-1')]);
  expect(bench.others()).toEqual([]);
  expect(world.onChange.mock.calls.length).toBe(told + 1);
});

test('no more of them are kept than a report takes', () => {
  const { bench } = open();
  bench.name([]);
  bench.scan(Array.from({ length: 100 }, (_, n) => device(`1-${n + 1}`, 'other')));
  expect(bench.others()).toHaveLength(64);
});

test('a slot that is named anew keeps its board; one that goes leaves nothing behind; one that comes back is served once', () => {
  const { bench, world } = open();
  bench.name([
    { path: '1-1', label: 'A1' },
    { path: '1-2', label: 'A2' },
  ]);
  bench.scan([device('1-1'), device('1-2')]);
  const [first] = bench.report();
  bench.scan([device('1-1'), device('1-2'), device('1-3')]);
  bench.name([
    { path: '1-3', label: 'A1' },
    { path: '1-1', label: 'B1' },
  ]);
  expect(bench.others().map(({ path }) => path)).toEqual(['1-2']);
  expect(bench.report()).toMatchObject([
    { slot: '1-3', label: 'A1', state: { is: 'waiting' } },
    { slot: '1-1', label: 'B1', state: first?.state },
  ]);
  expect(bench.state('1-2')).toEqual({ is: 'empty' });
  bench.scan([]);
  bench.name([{ path: '1-2', label: 'A2' }]);
  expect(bench.report()).toEqual([{ slot: '1-2', label: 'A2', state: { is: 'empty' } }]);
  expect(world.onSlot.mock.calls).toEqual([['1-1'], ['1-2'], ['1-3']]);
});
