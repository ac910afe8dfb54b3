import type { Attempt, Health, LiveEvent, Slot, SlotState, WorkOrder } from '@flashline/contracts';
import { effect } from '@preact/signals';
import { expect, test } from 'vitest';
import { createBench, keyOf, visibleState } from './bench.ts';

const HEALTH: Health = {
  status: 'ok',
  version: '0.1.0',
  startedAt: '2026-11-22T09:00:00.000Z',
  troubles: [],
  stations: [],
};
const BOARD = { vendorId: 0x0483, productId: 0xdf11, bcdDevice: 0x2200, usbSerial: null, layout: null };
const ON_BOARD = { seatingId: 'seating', since: '2026-11-22T09:00:00.000Z', board: BOARD };

const slotWith = (label: string, state: SlotState, station = 'ST07'): Slot => ({
  station,
  slot: `1-${label.slice(1)}`,
  label,
  simulated: false,
  state,
});
const running = (progress: number): SlotState => ({
  is: 'running',
  ...ON_BOARD,
  attemptId: 'a',
  phase: 'write',
  progress,
});
const passed = (attemptId: string): SlotState => ({
  is: 'done',
  ...ON_BOARD,
  present: true,
  ready: false,
  attemptId,
  outcome: 'pass',
  fault: null,
});
const attempt = (seq: number, attemptId = `attempt-${seq}`) => ({ seq, attemptId, result: null }) as Attempt;
const snapshot = (slots: Slot[], attempts: Attempt[] = []): LiveEvent => ({
  on: 'snapshot',
  health: HEALTH,
  stations: [],
  slots,
  order: null,
  attempts,
});

/** A bench after its snapshot, and how to read its labels. */
function benchWith(...slots: Slot[]) {
  const bench = createBench();
  bench.apply(snapshot(slots));
  const labels = (): string[] => bench.slots.value.map(({ value }) => value.label);
  return { bench, labels };
}

test('a snapshot fills the bench, in the order people read labels', () => {
  const empty: SlotState = { is: 'empty' };
  const { labels } = benchWith(
    slotWith('A10', empty),
    slotWith('A2', empty),
    slotWith('B1', empty),
    slotWith('A1', empty),
  );
  expect(labels()).toEqual(['A1', 'A2', 'A10', 'B1']);
});

test('a slot event changes the signal of that slot and of no other', () => {
  const { bench } = benchWith(slotWith('A1', running(0.1)), slotWith('A2', running(0.1)));
  const renders = { A1: 0, A2: 0, list: 0 };
  const [a1, a2] = bench.slots.value;
  effect(() => void (a1?.value && renders.A1++));
  effect(() => void (a2?.value && renders.A2++));
  effect(() => void (bench.slots.value && renders.list++));
  bench.apply({ on: 'slot', slot: slotWith('A2', running(0.2)) });
  bench.apply({ on: 'slot', slot: slotWith('A2', running(0.2)) });
  expect(renders).toEqual({ A1: 1, A2: 2, list: 1 });
});

test('a slot that was never seen before takes its place', () => {
  const { bench, labels } = benchWith(slotWith('A1', { is: 'empty' }), slotWith('A3', { is: 'empty' }));
  bench.apply({ on: 'slot', slot: slotWith('A2', { is: 'empty' }) });
  expect(labels()).toEqual(['A1', 'A2', 'A3']);
});

test('the same port on two stations is two slots', () => {
  const { bench } = benchWith(slotWith('A1', { is: 'empty' }, 'ST1'), slotWith('A1', { is: 'empty' }, 'ST2'));
  bench.apply({ on: 'slot', slot: slotWith('A1', passed('x'), 'ST2') });
  expect(bench.slots.value.map(({ value }) => [keyOf(value), value.state.is])).toEqual([
    ['ST1/1-1', 'empty'],
    ['ST2/1-1', 'done'],
  ]);
});

test('a fresh snapshot forgets slots that are gone and keeps the signals of those that stay', () => {
  const { bench, labels } = benchWith(slotWith('A1', { is: 'empty' }), slotWith('A2', running(0.5)));
  const kept = bench.slots.value[1];
  bench.apply(snapshot([slotWith('A2', passed('x'))]));
  expect(labels()).toEqual(['A2']);
  expect(bench.slots.value[0]).toBe(kept);
  expect(kept?.value.state.is).toBe('done');
});

test('a finished attempt is news once, and never when a snapshot brings it', () => {
  const { bench } = benchWith(slotWith('A1', passed('old')), slotWith('A2', running(0.9)));
  const news: (string | undefined)[] = [];
  bench.finished.subscribe((slot) => news.push(slot?.label));
  bench.apply({ on: 'slot', slot: slotWith('A1', passed('old')) });
  bench.apply({ on: 'slot', slot: slotWith('A2', passed('a')) });
  bench.apply({ on: 'slot', slot: slotWith('A2', { ...passed('a'), present: false } as SlotState) });
  bench.apply({ on: 'slot', slot: slotWith('A1', passed('new')) });
  expect(news).toEqual([undefined, 'A2', 'A1']);
});

test('without contact no slot is shown as passed', () => {
  const slot = slotWith('A1', passed('a'));
  expect(visibleState({ is: 'online' }, slot).is).toBe('done');
  expect(visibleState({ is: 'offline', lastHeardMs: 1 }, slot).is).toBe('offline');
  expect(visibleState({ is: 'connecting' }, slot).is).toBe('offline');
});

test('committed attempts are kept once each, newest first', () => {
  const bench = createBench();
  bench.apply(snapshot([], [attempt(3), attempt(4)]));
  bench.apply({ on: 'attempt', attempt: attempt(5) });
  bench.apply({ on: 'attempt', attempt: { ...attempt(4), recordedAt: 'later' } });
  expect(bench.recent.value.map(({ seq }) => seq)).toEqual([5, 4, 3]);
  expect(bench.recent.value[1]?.recordedAt).toBe('later');
});

test('order and health follow their events', () => {
  const { bench } = benchWith();
  bench.apply({ on: 'order', order: { id: 'WO-1' } as WorkOrder });
  bench.apply({ on: 'health', health: { ...HEALTH, status: 'degraded', troubles: ['no USB'] } });
  expect(bench.order.value?.id).toBe('WO-1');
  expect(bench.health.value?.troubles).toEqual(['no USB']);
  bench.apply({ on: 'order', order: null });
  expect(bench.order.value).toBeNull();
});

test('a station that names its slots anew takes away what is none any more', () => {
  const empty: SlotState = { is: 'empty' };
  const { bench, labels } = benchWith(slotWith('A1', empty), slotWith('A2', empty), slotWith('B1', empty, 'ST08'));
  const told = { station: 'ST07', online: true, simulated: false, keepsNames: true, others: [], usb: null };
  bench.apply({ on: 'station', station: { ...told, slots: [{ path: '1-2', label: 'Z' }] } });
  expect(labels()).toEqual(['A2', 'B1']);
  bench.apply({ on: 'station', station: { ...told, slots: null } });
  expect(labels()).toEqual(['A2', 'B1']);
  expect(bench.stations.value.map(({ station }) => station)).toEqual(['ST07']);
});
