import type { Attempt, BenchSlot, Seating } from '@flashline/contracts';
import { Slot } from '@flashline/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resultOf } from '../rig/bench-worker.ts';
import { slotView } from './slot-view.ts';

const ONLINE = { station: 'bench', simulated: false, online: true, blind: false };
const MOMENT = '2026-01-31T08:00:00.000Z';
const ID = { old: '00000000-0000-4000-8000-000000000001', new: '00000000-0000-4000-8000-000000000002' };
const SEATING: Seating = {
  id: '00000000-0000-4000-8000-00000000000f',
  since: MOMENT,
  board: { vendorId: 0x0483, productId: 0xdf11, bcdDevice: 0x2200, usbSerial: null, layout: null },
};
const DIGEST = { bytes: 4, crc32: '00000000', sha256: 'a'.repeat(64) };

function attempt(attemptId: string, outcome: 'open' | 'pass' | 'fail'): Attempt {
  const assigned = {
    attemptId,
    station: 'bench',
    slot: '1-1',
    label: 'A1',
    seatingId: SEATING.id,
    orderId: 'WO-1',
    image: 'b'.repeat(64),
    intended: DIGEST,
    unit: null,
    simulated: false,
    assignedAt: MOMENT,
    seq: 1,
  };
  if (outcome === 'open') return { ...assigned, result: null, recordedAt: null };
  const result = resultOf(assigned, outcome === 'pass' ? {} : { outcome, fault: 'VERIFY_MISMATCH' });
  return { ...assigned, result, recordedAt: MOMENT };
}

function view(state: BenchSlot['state'], latest: Attempt | null, progress = null as Parameters<typeof slotView>[3]) {
  return slotView(ONLINE, { slot: '1-1', label: 'A1', state }, latest, progress).state;
}

test('a slot of a silent station is offline, whatever it said last', () => {
  const bench: BenchSlot = {
    slot: '1-1',
    label: 'A1',
    state: { is: 'waiting', seating: SEATING, ready: true, perhapsOf: null },
  };
  expect(slotView({ ...ONLINE, online: false }, bench, attempt(ID.old, 'pass'), null).state).toEqual({ is: 'offline' });
});

test('a slot that its station cannot see shows nothing that is old, but goes on with what runs', () => {
  const blind = { ...ONLINE, blind: true };
  const ended = { is: 'ended', seating: SEATING, attemptId: ID.old, present: true, ready: false } as const;
  const bench: BenchSlot = { slot: '1-1', label: 'A1', state: ended };
  expect(slotView(blind, bench, attempt(ID.old, 'pass'), null).state).toEqual({ is: 'offline' });
  const running = { is: 'running', seating: SEATING, attemptId: ID.new } as const;
  expect(slotView(blind, { ...bench, state: running }, attempt(ID.new, 'open'), null).state.is).toBe('running');
});

test('a board without an attempt waits, and with an open one that its worker has not taken it is queued', () => {
  const waiting = { is: 'waiting', seating: SEATING, ready: true, perhapsOf: null } as const;
  expect(view(waiting, null)).toMatchObject({ is: 'waiting', seatingId: SEATING.id });
  expect(view(waiting, attempt(ID.new, 'open'))).toMatchObject({ is: 'queued', attemptId: ID.new });
  const ended = { is: 'ended', seating: SEATING, attemptId: ID.old, present: true, ready: true } as const;
  expect(view(ended, attempt(ID.new, 'open'))).toMatchObject({ is: 'queued', attemptId: ID.new });
});

test('an attempt that ended on the bench stays at the last percent until the ledger has it', () => {
  const ended = { is: 'ended', seating: SEATING, attemptId: ID.old, present: true, ready: true } as const;
  expect(view(ended, attempt(ID.old, 'open'))).toMatchObject({ is: 'running', progress: 0.99 });
  expect(view(ended, null)).toMatchObject({ is: 'running', progress: 0.99 });
  expect(view(ended, attempt(ID.old, 'pass'))).toMatchObject({ is: 'done', outcome: 'pass', present: true });
  expect(view({ ...ended, present: false }, attempt(ID.old, 'fail'))).toMatchObject({
    is: 'done',
    outcome: 'fail',
    fault: 'VERIFY_MISMATCH',
    present: false,
  });
});

test('a recorded attempt does not hide the one that runs after it', () => {
  const running = { is: 'running', seating: SEATING, attemptId: ID.new } as const;
  expect(view(running, attempt(ID.old, 'pass'))).toMatchObject({ is: 'running', attemptId: ID.new });
});

test('an attempt that is recorded is done when its worker says so, for nothing else can be started there before', () => {
  const running = { is: 'running', seating: SEATING, attemptId: ID.new } as const;
  expect(view(running, attempt(ID.new, 'pass'))).toMatchObject({ is: 'running', attemptId: ID.new, progress: 0.99 });
});

test('progress of another attempt does not count', () => {
  const running = { is: 'running', seating: SEATING, attemptId: ID.new } as const;
  const progress = { attemptId: ID.new, phase: 'write', fraction: 0.4 } as const;
  const open = attempt(ID.new, 'open');
  expect(view(running, open, progress)).toMatchObject({ phase: 'write', progress: 0.4 });
  expect(view(running, open, { ...progress, attemptId: ID.old })).toMatchObject({ phase: null, progress: 0 });
});

test('whatever bench and ledger say, only a recorded attempt is done, with the outcome of its record', () => {
  const state = fc.oneof(
    fc.constant<BenchSlot['state']>({ is: 'empty' }),
    fc.constant<BenchSlot['state']>({ is: 'stranger', vendorId: 1, productId: 2 }),
    fc.constant<BenchSlot['state']>({ is: 'waiting', seating: SEATING, ready: true, perhapsOf: null }),
    fc.record({ is: fc.constant('running' as const), attemptId: fc.constantFrom(ID.old, ID.new) }),
    fc.record({
      is: fc.constant('ended' as const),
      attemptId: fc.constantFrom(ID.old, ID.new),
      present: fc.boolean(),
      ready: fc.boolean(),
    }),
  );
  const latest = fc.option(
    fc.tuple(fc.constantFrom(ID.old, ID.new), fc.constantFrom('open' as const, 'pass' as const, 'fail' as const)),
  );
  fc.assert(
    fc.property(state, latest, fc.double({ min: 0, max: 2, noNaN: true }), (bench, row, fraction) => {
      const seated = 'attemptId' in bench ? { ...bench, seating: SEATING } : bench;
      const known = row === null ? null : attempt(...row);
      const progress = { attemptId: ID.new, phase: 'write', fraction } as const;
      const slot = slotView(ONLINE, { slot: '1-1', label: 'A1', state: seated }, known, progress);
      expect(Slot.safeParse(slot).error).toBeUndefined();
      if (slot.state.is !== 'done') return;
      expect(slot.state.attemptId).toBe(known?.attemptId);
      expect(slot.state.outcome).toBe(known?.result?.outcome);
    }),
  );
});
