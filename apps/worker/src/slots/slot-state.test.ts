import type { BusDevice } from '@flashline/dfuse';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PULLED_AFTER_MS, UNSEEN_MS_MAX } from './same-board.ts';
import { benchState, EMPTY, next, type SlotEvent, type SlotState } from './slot-state.ts';

const identity = { vendorId: 0x0483, productId: 0xdf11, bcdDevice: 0x2200, usbSerial: 'STM32' } as const;
const DFU = { ...identity, mode: 'dfu' } as const;

function dfu(address: number): BusDevice {
  return { ...DFU, path: '1-1.1', address };
}

function application(address: number): BusDevice {
  return { ...DFU, path: '1-1.1', address, productId: 0x5740, mode: 'application' };
}

function scan(device: BusDevice | null, nowMs: number, unseenMs = 100): SlotEvent {
  const seatingId = `seating-at-${nowMs}`;
  return { on: 'scanned', device, nowMs, unseenMs, moment: '2026-01-01T00:00:00.000Z', seatingId };
}

function after(...events: readonly SlotEvent[]): SlotState {
  return events.reduce(next, EMPTY);
}

const begun = { on: 'begun', attemptId: 'a', device: dfu(1) } as const;
const ended = { on: 'ended', attemptId: 'a', firmwareDueMs: 5000, wasLost: false, nowMs: 100 } as const;
const passed = [scan(dfu(1), 0), begun, scan(null, 90), ended] as const;

describe('a slot', () => {
  test('begins a seating when a board in its bootloader is plugged in', () => {
    expect(after(scan(dfu(1), 0))).toMatchObject({ is: 'waiting', seating: { id: 'seating-at-0' } });
  });

  test('keeps the seating while the same board stays', () => {
    const slot = after(scan(dfu(1), 0));
    expect(next(slot, scan(dfu(1), 1000))).toBe(slot);
  });

  test('begins another seating when a waiting board enumerates anew: it may be another board', () => {
    expect(after(scan(dfu(1), 0), scan(dfu(2), 50))).toMatchObject({ is: 'waiting', seating: { id: 'seating-at-50' } });
  });

  test('is empty again when a waiting board is pulled', () => {
    expect(after(scan(dfu(1), 0), scan(null, 50))).toBe(EMPTY);
  });

  test('shows a stranger and never calls it a board', () => {
    expect(benchState(after(scan({ ...dfu(1), mode: 'other' }, 0)))).toEqual({
      is: 'stranger',
      vendorId: 0x0483,
      productId: 0xdf11,
    });
  });

  test('does not take leaving the bootloader for being pulled while an attempt runs', () => {
    expect(after(scan(dfu(1), 0), begun, scan(null, 50), scan(application(2), 90))).toMatchObject({ is: 'running' });
  });

  test('stays ended, and says that the board is gone, after it was pulled', () => {
    expect(benchState(after(...passed, scan(null, 5000)))).toMatchObject({ is: 'ended', present: false });
  });

  test('takes a board that comes straight back to its bootloader for the one that just passed', () => {
    expect(after(...passed, scan(dfu(2), 100 + PULLED_AFTER_MS - 1))).toMatchObject({
      is: 'ended',
      seating: { id: 'seating-at-0' },
    });
  });

  test('begins a new seating for a board in its bootloader once that of the pass was seen running, however soon', () => {
    const seen = after(...passed, scan(application(2), 110));
    expect(next(seen, scan(dfu(3), 111))).toMatchObject({ is: 'waiting', seating: { id: 'seating-at-111' } });
    expect(next(next(seen, scan(null, 111)), scan(dfu(3), 112))).toMatchObject({ is: 'waiting' });
  });

  test('begins a new seating for a board that appears after the old one was away long enough', () => {
    expect(after(...passed, scan(dfu(2), 100 + PULLED_AFTER_MS))).toMatchObject({
      is: 'waiting',
      seating: { id: `seating-at-${100 + PULLED_AFTER_MS}` },
    });
  });

  test('begins a new seating for a board that appeared while nobody looked, however short it was', () => {
    expect(after(...passed, scan(dfu(2), 150, UNSEEN_MS_MAX + 1))).toMatchObject({ is: 'waiting' });
    const failed = [scan(dfu(1), 0), begun, ended] as const;
    expect(after(...failed, scan(dfu(2), 150, UNSEEN_MS_MAX + 1))).toMatchObject({ is: 'waiting' });
    expect(after(...failed, scan(dfu(1), 150, UNSEEN_MS_MAX + 1))).toMatchObject({ is: 'ended' });
  });

  test('begins a new seating at once for a board that gives another serial', () => {
    const other = { ...dfu(2), usbSerial: 'OTHER' };
    expect(after(...passed, scan(other, 150))).toMatchObject({
      is: 'waiting',
      seating: { board: { usbSerial: 'OTHER' } },
    });
    const swappedWhileRunning = [scan(dfu(1), 0), begun, scan(other, 50), ended] as const;
    expect(after(...swappedWhileRunning, scan(other, 200))).toMatchObject({ is: 'waiting' });
  });

  const seating = { id: 's', since: 'then', board: { ...identity, layout: null } };
  const remembered = { is: 'remembered', seating, attemptId: 'a', address: 7, hasPassed: false } as const;

  test('knows a board again after a restart when it kept its address and says the same of itself', () => {
    expect(next(remembered, scan(dfu(7), 0))).toMatchObject({ is: 'ended', seating: { id: 's' } });
    expect(next(remembered, scan(dfu(8), 0))).toMatchObject({ is: 'waiting' });
    expect(next(remembered, scan({ ...dfu(7), usbSerial: 'OTHER' }, 0))).toMatchObject({ is: 'waiting' });
  });

  test('never shows a pass from before a restart on a board that is in its bootloader', () => {
    expect(next({ ...remembered, hasPassed: true }, scan(dfu(7), 0))).toMatchObject({ is: 'waiting' });
  });

  test('ignores the end of an attempt that is not its own', () => {
    const running = after(scan(dfu(1), 0), begun);
    expect(next(running, { ...ended, attemptId: 'other' })).toBe(running);
  });

  test('runs again on the same seating when it is asked to', () => {
    expect(after(scan(dfu(1), 0), begun, ended, { ...begun, attemptId: 'b' })).toMatchObject({
      is: 'running',
      attemptId: 'b',
      seating: { id: 'seating-at-0' },
    });
  });
});

const device = fc.oneof(
  fc.constant(null),
  fc.integer({ min: 1, max: 3 }).map(dfu),
  fc.integer({ min: 1, max: 3 }).map(application),
);
const anyEvent: fc.Arbitrary<(nowMs: number) => SlotEvent> = fc.oneof(
  device.map((seen) => (nowMs: number) => scan(seen, nowMs)),
  fc.constantFrom('a', 'b').map((attemptId) => () => ({ ...begun, attemptId })),
  fc.constantFrom('a', 'b').map((attemptId) => () => ({ on: 'asked' as const, attemptId })),
  fc.constantFrom('a', 'b').map((attemptId) => (nowMs: number) => ({ ...ended, attemptId, nowMs })),
);

/** What nothing but the own end of an attempt can change. */
function heldAfter(before: Extract<SlotState, { is: 'running' | 'entering' }>, event: SlotEvent): object {
  const { seating, attemptId } = before;
  const isItsOwn = 'attemptId' in event && event.attemptId === attemptId;
  if (isItsOwn && event.on === 'ended') return { is: 'ended', seating, attemptId };
  if (isItsOwn && event.on === 'begun') return { is: 'running', seating: { id: seating.id }, attemptId };
  return { is: before.is, seating, attemptId };
}

test('whatever happens in whatever order, only its own end ends an attempt and a seating never changes under it', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyEvent, fc.integer({ min: 0, max: 2000 })), { maxLength: 40 }), (steps) => {
      let slot: SlotState = EMPTY;
      let nowMs = 0;
      for (const [make, passedMs] of steps) {
        nowMs += passedMs;
        const event = make(nowMs);
        const before = slot;
        slot = next(slot, event);
        if (before.is === 'running' || before.is === 'entering') expect(slot).toMatchObject(heldAfter(before, event));
      }
    }),
  );
});

describe('a board that was pulled in mid-attempt', () => {
  const lost = { ...ended, firmwareDueMs: 0, wasLost: true, nowMs: 3000 } as const;

  test('makes room for the next one, which may be in its slot before the attempt has ended', () => {
    const ending = [scan(dfu(1), 0), begun, scan(null, 50), scan(dfu(2), 50 + PULLED_AFTER_MS), lost] as const;
    expect(after(...ending, scan(dfu(2), 3001))).toMatchObject({ is: 'waiting', seating: { id: 'seating-at-3001' } });
    expect(after(...ending, scan(null, 3001), scan(dfu(3), 3002))).toMatchObject({ is: 'waiting' });
    const unseen = [scan(dfu(1), 0), begun, scan(dfu(2), 1000, PULLED_AFTER_MS), lost, scan(dfu(2), 3001)] as const;
    expect(after(...unseen)).toMatchObject({ is: 'waiting' });
  });

  test('makes room also when its absence is seen late, for it was lost before', () => {
    const over = [scan(dfu(1), 0), begun, { ...lost, nowMs: 100 }] as const;
    const seenLate = [...over, scan(null, 900, 800)] as const;
    expect(after(...seenLate, scan(dfu(2), 1000))).toMatchObject({ is: 'waiting' });
    expect(after(...over, scan(null, 150, 20), scan(dfu(2), 300))).toMatchObject({ is: 'ended' });
    expect(after(...over, scan(dfu(2), 1000, PULLED_AFTER_MS + 1))).toMatchObject({ is: 'waiting' });
  });

  test('is the same that was away for a moment only, or that a recipe had reset', () => {
    const blink = [scan(dfu(1), 0), begun, scan(null, 50, 20), scan(dfu(2), 29 + PULLED_AFTER_MS)] as const;
    expect(after(...blink, lost, scan(dfu(2), 3001))).toMatchObject({ is: 'ended' });
    const reset = [scan(dfu(1), 0), begun, scan(null, 50), scan(dfu(2), 2000)] as const;
    expect(after(...reset, { ...lost, wasLost: false }, scan(dfu(2), 3001))).toMatchObject({ is: 'ended' });
  });
});

describe('a board that runs its firmware', () => {
  const running = (address: number, usbSerial = 'APP') => ({ ...application(address), usbSerial });

  test('waits, and is not ready', () => {
    expect(benchState(after(scan(running(1), 0)))).toMatchObject({ is: 'waiting', ready: false });
    expect(benchState(after(scan(dfu(1), 0)))).toMatchObject({ is: 'waiting', ready: true });
  });

  test('keeps its seating while it is asked into its bootloader, and is the board in it from then on', () => {
    const entering = after(scan(running(1), 0), { on: 'asked', attemptId: 'a' }, scan(null, 50), scan(dfu(2), 90));
    expect(benchState(entering)).toMatchObject({ is: 'running', seating: { id: 'seating-at-0' }, attemptId: 'a' });
    expect(next(entering, { ...begun, device: dfu(2) })).toMatchObject({
      is: 'running',
      seating: { id: 'seating-at-0', board: identity },
    });
    expect(next(entering, { ...begun, attemptId: 'b' })).toBe(entering);
  });

  test('that could not be asked stays the same board until it is pulled', () => {
    const failed = after(scan(running(1), 0), { on: 'asked', attemptId: 'a' }, { ...ended, firmwareDueMs: 0 });
    expect(next(failed, scan(running(1), 5000))).toBe(failed);
    const pulled = next(failed, scan(null, 6000));
    expect(next(pulled, scan(running(2), 6000 + PULLED_AFTER_MS - 1))).toMatchObject({ is: 'ended' });
    expect(next(pulled, scan(running(2), 6000 + PULLED_AFTER_MS))).toMatchObject({ is: 'waiting' });
  });

  test('is another after a pass when that of the board which passed was seen and pulled, or says something else', () => {
    const seen = after(...passed, scan(running(2), 500));
    expect(next(seen, scan(running(3), 600))).toMatchObject({ is: 'ended' });
    expect(next(seen, scan(running(3, 'OTHER'), 600))).toMatchObject({ is: 'waiting' });
    const pulled = next(seen, scan(null, 1000));
    expect(next(pulled, scan(running(3), 1000 + PULLED_AFTER_MS))).toMatchObject({ is: 'waiting' });
  });

  test('is another after a failure in the bootloader, as soon as the failed one was pulled', () => {
    const failed = after(scan(dfu(1), 0), begun, { ...ended, firmwareDueMs: 0 }, scan(null, 200));
    expect(next(failed, scan(running(2), 200 + PULLED_AFTER_MS))).toMatchObject({ is: 'waiting' });
  });

  test('is another once it comes up later than any firmware is due', () => {
    expect(after(...passed, scan(running(2), 5_000))).toMatchObject({ is: 'ended' });
    expect(after(...passed, scan(running(2), 6_000))).toMatchObject({ is: 'waiting' });
  });
});
