import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  after,
  another,
  application,
  begun,
  dfu,
  ending,
  failed,
  failing,
  kept,
  ofA,
  passed,
  scan,
} from '../testing/slot-events.ts';
import type { End } from './aftermath.ts';
import { PULLED_AFTER_MS, UNSEEN_MS_MAX } from './same-board.ts';
import { hasAnother } from './sight.ts';
import { EMPTY, type SlotEvent, type SlotState } from './slot.ts';
import { next } from './slot-state.ts';
import { benchState } from './slot-views.ts';

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

  test('takes a board in its bootloader for the one that failed when it is straight back, and for another once it was pulled', () => {
    const gone = after(...failed, scan(null, 200));
    expect(next(gone, scan(dfu(2), 200 + PULLED_AFTER_MS - 1))).toMatchObject(ofA);
    expect(next(gone, scan(dfu(2), 200 + PULLED_AFTER_MS))).toMatchObject(another);
  });

  test('never shows a pass on a board in its bootloader, however soon it is there: the one that passed has left it', () => {
    expect(after(...passed, scan(dfu(2), 101))).toMatchObject(another);
    const seen = after(...passed, scan(application(2), 110));
    expect(next(seen, scan(dfu(3), 111))).toMatchObject({ ...another, seating: { id: 'seating-at-111' } });
    expect(next(next(seen, scan(null, 111)), scan(dfu(3), 112))).toMatchObject(another);
  });

  test('waits for the look that shows that the board which passed has left', () => {
    const late = after(scan(dfu(1), 0), begun, ending(100), kept, scan(dfu(1), 110));
    expect(late).toMatchObject(ofA);
    expect(next(next(late, scan(null, 120)), scan(application(2), 130))).toMatchObject(ofA);
  });

  test('begins a new seating for a board that appeared while nobody looked, however short it was', () => {
    expect(after(...failed, scan(dfu(2), 150, UNSEEN_MS_MAX + 1))).toMatchObject(another);
    expect(after(...failed, scan(dfu(1), 150, UNSEEN_MS_MAX + 1))).toMatchObject(ofA);
  });

  test('begins a new seating at once for a board that gives another serial', () => {
    const other = { ...dfu(2), usbSerial: 'OTHER' };
    expect(after(...failed, scan(other, 150))).toMatchObject({
      ...another,
      seating: { board: { usbSerial: 'OTHER' } },
    });
    const swappedWhileRunning = [scan(dfu(1), 0), begun, scan(other, 50), failing(100), kept] as const;
    expect(after(...swappedWhileRunning, scan(other, 200))).toMatchObject(another);
  });

  test('ignores the end of an attempt that is not its own', () => {
    const running = after(scan(dfu(1), 0), begun);
    expect(next(running, { ...failing(100), attemptId: 'other' } as SlotEvent)).toBe(running);
  });

  test('runs again on the same seating when it is asked to', () => {
    expect(after(...failed, { ...begun, attemptId: 'b' })).toMatchObject({
      is: 'running',
      attemptId: 'b',
      seating: { id: 'seating-at-0' },
    });
  });
});

describe('a result that is not kept yet', () => {
  const unkept = after(scan(dfu(1), 0), begun, scan(null, 90), ending(100));

  test('keeps the slot busy', () => {
    expect(benchState(unkept)).toMatchObject({ is: 'running', attemptId: 'a' });
    expect(next(unkept, { ...begun, attemptId: 'b' })).toBe(unkept);
    expect(next(unkept, { on: 'kept', attemptId: 'b' })).toBe(unkept);
    expect(benchState(next(unkept, kept))).toMatchObject({ is: 'ended', present: false });
  });

  test('is shown on its own board only: who came meanwhile waits', () => {
    const swapped = next(next(unkept, scan(application(2), 150)), scan(null, 3000));
    const other = next(swapped, scan(dfu(3), 4000));
    expect(benchState(other)).toMatchObject({ is: 'running', attemptId: 'a' });
    expect(next(other, scan(dfu(3), 4500))).toBe(other);
    expect(next(other, kept)).toMatchObject({ ...another, seating: { id: 'seating-at-4000' } });
    expect(next(next(other, scan(null, 5000)), kept)).toEqual(EMPTY);
  });

  test('does not hide that its own board has come up', () => {
    const up = next(unkept, scan(application(2), 150));
    expect(benchState(next(up, kept))).toMatchObject({ is: 'ended', present: true });
  });
});

const board = fc.oneof(fc.integer({ min: 1, max: 3 }).map(dfu), fc.integer({ min: 1, max: 3 }).map(application));
const device = fc.oneof(fc.constant(null), board);
const anyEnd: fc.Arbitrary<End> = fc.record({
  outcome: fc.constantFrom('pass', 'fail', 'error', 'aborted'),
  fault: fc.constantFrom(null, 'CANCELLED', 'BOARD_GONE', 'APPLICATION_SILENT', 'VERIFY_MISMATCH', 'HOST_CRASHED'),
  resets: fc.boolean(),
  cameUp: fc.boolean(),
});
const anyEvent: fc.Arbitrary<(nowMs: number) => SlotEvent> = fc.oneof(
  device.map((seen) => (nowMs: number) => scan(seen, nowMs)),
  fc.tuple(fc.constantFrom('a', 'b'), board).map(([attemptId, met]) => () => ({ ...begun, attemptId, device: met })),
  fc.tuple(fc.constantFrom('a', 'b'), board, fc.nat(500)).map(([attemptId, seen, agoMs]) => (nowMs: number) => ({
    on: 'met' as const,
    attemptId,
    device: seen,
    nowMs: nowMs - agoMs,
  })),
  fc.constantFrom('a', 'b').map((attemptId) => () => ({ on: 'asked' as const, attemptId })),
  fc.tuple(fc.constantFrom('a', 'b'), anyEnd).map(
    ([attemptId, end]) =>
      (nowMs: number) =>
        ({ ...ending(nowMs, end), attemptId }) as SlotEvent,
  ),
  fc.constantFrom('a', 'b').map((attemptId) => () => ({ on: 'kept' as const, attemptId })),
);

/** What nothing but the own end of an attempt can change. */
function heldAfter(before: Extract<SlotState, { is: 'running' | 'entering' }>, event: SlotEvent): object {
  const { seating, attemptId } = before;
  const isItsOwn = 'attemptId' in event && event.attemptId === attemptId;
  if (isItsOwn && event.on === 'ended') return { is: 'keeping', ended: { seating, attemptId } };
  if (isItsOwn && event.on === 'begun' && !hasAnother(before.sight, event.device))
    return { is: 'running', seating: { id: seating.id }, attemptId };
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
