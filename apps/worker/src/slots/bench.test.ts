import type { BusDevice } from '@flashline/dfuse';
import { describe, expect, test, vi } from 'vitest';
import { Bench } from './bench.ts';

function open() {
  let ids = 0;
  const world = {
    nowMs: vi.fn(() => 0),
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

/** Names only this slot, and puts a board there that has been worked on. */
function worked() {
  const { bench, world } = open();
  bench.name([{ path: '1-2.3.4', label: 'A1' }]);
  bench.scan([device('1-2.3.4')], { hubs: HUBS });
  bench.tell('1-2.3.4', { on: 'begun', attemptId: 'a', device: device('1-2.3.4') });
  const end = { outcome: 'fail', fault: 'VERIFY_MISMATCH', resets: false, cameUp: false } as const;
  bench.tell('1-2.3.4', { on: 'ended', attemptId: 'a', end, nowMs: 0 });
  bench.tell('1-2.3.4', { on: 'kept', attemptId: 'a' });
  const at = (nowMs: number) => world.nowMs.mockReturnValue(nowMs);
  return { bench, at, slot: () => bench.report()[0]?.state };
}

const HUBS = Object.fromEntries([
  ['1-2', 4],
  ['1-2.3', 5],
  ['1-5', 6],
]);

test.each([
  ['a hub on the way, however far', { '1-2': 40 }, 'a'],
  ['the hub that it sits on', { '1-2.3': 50 }, 'a'],
  ['a hub on which it does not sit', { '1-5': 60 }, null],
  ['the device on its own port', { '1-2.3.4': 70 }, null],
])('a board that comes back after %s came back', (_, moved, perhapsOf) => {
  const { bench, at, slot } = worked();
  at(1000);
  bench.scan([], { hubs: HUBS });
  at(2000);
  bench.scan([], { hubs: { ...HUBS, ...moved } });
  at(3000);
  bench.scan([device('1-2.3.4', 'dfu', 2)], { hubs: { ...HUBS, ...moved } });
  expect(slot()).toMatchObject({ is: 'waiting', perhapsOf });
});

test('a board that comes back counts as away from look to look, however late both are read', () => {
  const { bench, at, slot } = worked();
  at(5000);
  bench.scan([], { hubs: HUBS }, 1000);
  bench.scan([device('1-2.3.4', 'dfu', 2)], { hubs: HUBS }, 3000);
  expect(slot()).toMatchObject({ is: 'waiting', perhapsOf: null });
});

test('a board that the kernel has had since it left for a moment stayed, however late the USB library shows it', () => {
  const { bench, at, slot } = worked();
  at(1000);
  bench.scan([], { hubs: HUBS });
  bench.scan([], { hubs: HUBS, arriving: { '1-2.3.4': 2, '1-2.3.3': 3 } });
  at(9000);
  bench.scan([device('1-2.3.4', 'dfu', 2)], { hubs: HUBS });
  expect(slot()).toMatchObject({ is: 'ended', present: true });
});

describe('a slot that was taken out of the file and is named again', () => {
  const again = [{ path: '1-2.3.4', label: 'B1' }];

  test('has its verdict while its board sits there, also when that enumerated anew meanwhile', () => {
    const { bench, at, slot } = worked();
    bench.name([]);
    expect(bench.report()).toEqual([]);
    expect(bench.state('1-2.3.4')).toEqual({ is: 'empty' });
    at(1000);
    bench.scan([]);
    at(1100);
    bench.scan([device('1-2.3.4', 'dfu', 2)]);
    at(600_000);
    bench.scan([device('1-2.3.4', 'dfu', 2)]);
    bench.name(again);
    expect(slot()).toMatchObject({ is: 'ended', attemptId: 'a', present: true });
  });

  test('has the end of the attempt that was in work when it went', () => {
    const { bench, slot } = worked();
    bench.tell('1-2.3.4', { on: 'begun', attemptId: 'b', device: device('1-2.3.4') });
    bench.name([]);
    const end = { outcome: 'fail', fault: 'VERIFY_MISMATCH', resets: false, cameUp: false } as const;
    bench.tell('1-2.3.4', { on: 'ended', attemptId: 'b', end, nowMs: 0 });
    bench.tell('1-2.3.4', { on: 'kept', attemptId: 'b' });
    bench.name(again);
    expect(slot()).toMatchObject({ is: 'ended', attemptId: 'b' });
  });

  test('has its verdict when the station was started anew meanwhile', () => {
    const { bench } = open();
    bench.name([]);
    const board = { vendorId: 0x0483, productId: 0xdf11, bcdDevice: 0x2200, usbSerial: 'STM32', layout: null };
    const seat = { slot: '1-2.3.4', seating: { id: 'before', since: 'then', board }, attemptId: 'a', address: 1 };
    bench.remember([{ ...seat, hasPassed: false }]);
    bench.scan([device('1-2.3.4')]);
    bench.name(again);
    expect(bench.report()).toMatchObject([{ label: 'B1', state: { is: 'ended', attemptId: 'a', present: true } }]);
  });

  test('may have its board again after its hub was away for long', () => {
    const { bench, at, slot } = worked();
    bench.name([]);
    at(1_000);
    bench.scan([], { hubs: {} });
    at(120_000);
    bench.scan([], { hubs: HUBS });
    at(121_000);
    bench.scan([device('1-2.3.4', 'dfu', 2)], { hubs: HUBS });
    bench.name(again);
    expect(slot()).toMatchObject({ is: 'waiting', perhapsOf: 'a' });
  });

  test('has a new board when another was plugged in meanwhile, or long after', () => {
    const { bench, at, slot } = worked();
    bench.name([]);
    at(1000);
    bench.scan([]);
    at(3000);
    bench.scan([device('1-2.3.4', 'dfu', 2)]);
    bench.name(again);
    expect(slot()).toMatchObject({ is: 'waiting', perhapsOf: null });
  });

  test('is empty when its board left long ago, or nobody came back to it for a shift', () => {
    const left = worked();
    left.bench.name([]);
    left.bench.scan([]);
    left.at(60_001);
    left.bench.scan([]);
    left.bench.name(again);
    expect(left.slot()).toEqual({ is: 'empty' });

    const forgotten = worked();
    forgotten.bench.name([]);
    forgotten.at(12 * 3_600_000 + 1);
    forgotten.bench.scan([device('1-2.3.4')]);
    forgotten.bench.name(again);
    expect(forgotten.slot()).toMatchObject({ is: 'waiting' });
  });
});
