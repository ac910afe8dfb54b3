import type { BusDevice } from '@flashline/dfuse';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { End } from './aftermath.ts';
import { PULLED_AFTER_MS, RESET_MS_MAX, RESTART_MS_MAX, STEADY_MS, UNSEEN_MS_MAX } from './same-board.ts';
import { sightOf } from './sight.ts';
import { EMPTY, next, type SlotEvent, type SlotState } from './slot-state.ts';
import { benchState } from './slot-views.ts';

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

const begun = { on: 'begun', attemptId: 'a', device: dfu(1), nowMs: 0 } as const;
const kept = { on: 'kept', attemptId: 'a' } as const;
const PASS: End = { outcome: 'pass', fault: null, resets: false, cameUp: false };

function ending(nowMs: number, end: Partial<End> = {}): SlotEvent {
  return { on: 'ended', attemptId: 'a', nowMs, end: { ...PASS, ...end } };
}

/** A bad board that stays where it is. */
function failing(nowMs: number): SlotEvent {
  return ending(nowMs, { outcome: 'fail', fault: 'VERIFY_MISMATCH' });
}

const passed = [scan(dfu(1), 0), begun, scan(null, 90), ending(100), kept] as const;
const failed = [scan(dfu(1), 0), begun, failing(100), kept] as const;
const ofA = { is: 'ended', seating: { id: 'seating-at-0' }, attemptId: 'a' };
/** Certainly another board. */
const another = { is: 'waiting', perhapsOf: null };
/** Perhaps the board of attempt `a`. */
const unsure = { is: 'waiting', perhapsOf: 'a' };

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

describe('after a restart', () => {
  const seating = { id: 's', since: 'then', board: { ...identity, layout: null } };
  const remembered = { is: 'remembered', seating, attemptId: 'a', address: 7, hasPassed: false } as const;
  const itself = { is: 'ended', seating: { id: 's' }, attemptId: 'a' };

  test('a board that kept its address and says the same of itself is the one it was', () => {
    expect(next(remembered, scan(dfu(7), 0))).toMatchObject(itself);
    expect(next({ ...remembered, hasPassed: true }, scan(application(7), 0))).toMatchObject(itself);
  });

  test('nobody can tell whose a board at another address is: it shows no verdict and is not worked on by itself', () => {
    expect(next(remembered, scan(dfu(8), 0))).toMatchObject(unsure);
    expect(next({ ...remembered, hasPassed: true }, scan(application(8), 0))).toMatchObject(unsure);
  });

  test('a board that says something else is another, and so is one in its bootloader after a pass', () => {
    expect(next(remembered, scan({ ...dfu(7), usbSerial: 'OTHER' }, 0))).toMatchObject(another);
    expect(next({ ...remembered, hasPassed: true }, scan(dfu(7), 0))).toMatchObject(another);
  });

  test('who is plugged into an empty slot is another', () => {
    const empty = next(remembered, scan(null, 0));
    expect(benchState(empty)).toMatchObject({ is: 'ended', present: false });
    expect(next(empty, scan(dfu(7), 100))).toMatchObject(another);
    expect(next(empty, scan(application(7), 100))).toMatchObject(another);
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
    expect(next(other, kept)).toMatchObject({ ...another, seating: { id: 'seating-at-4000' } });
    expect(next(next(other, scan(null, 5000)), kept)).toEqual(EMPTY);
  });

  test('does not hide that its own board has come up', () => {
    const up = next(unkept, scan(application(2), 150));
    expect(benchState(next(up, kept))).toMatchObject({ is: 'ended', present: true });
  });
});

const device = fc.oneof(
  fc.constant(null),
  fc.integer({ min: 1, max: 3 }).map(dfu),
  fc.integer({ min: 1, max: 3 }).map(application),
);
const anyEnd: fc.Arbitrary<End> = fc.record({
  outcome: fc.constantFrom('pass', 'fail', 'error', 'aborted'),
  fault: fc.constantFrom(null, 'CANCELLED', 'BOARD_GONE', 'APPLICATION_SILENT', 'VERIFY_MISMATCH', 'HOST_CRASHED'),
  resets: fc.boolean(),
  cameUp: fc.boolean(),
});
const anyEvent: fc.Arbitrary<(nowMs: number) => SlotEvent> = fc.oneof(
  device.map((seen) => (nowMs: number) => scan(seen, nowMs)),
  fc.constantFrom('a', 'b').map((attemptId) => (nowMs: number) => ({ ...begun, attemptId, nowMs })),
  fc.constantFrom('a', 'b').map((attemptId) => () => ({ on: 'asked' as const, attemptId })),
  fc.tuple(fc.constantFrom('a', 'b'), anyEnd).map(([attemptId, end]) => (nowMs: number) => ({
    on: 'ended' as const,
    attemptId,
    end,
    nowMs,
  })),
  fc.constantFrom('a', 'b').map((attemptId) => () => ({ on: 'kept' as const, attemptId })),
);

/** What nothing but the own end of an attempt can change. */
function heldAfter(before: Extract<SlotState, { is: 'running' | 'entering' }>, event: SlotEvent): object {
  const { seating, attemptId } = before;
  const isItsOwn = 'attemptId' in event && event.attemptId === attemptId;
  if (isItsOwn && event.on === 'ended') return { is: 'keeping', ended: { seating, attemptId } };
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
  const lost = (nowMs: number) => ending(nowMs, { outcome: 'error', fault: 'BOARD_GONE' });

  test('makes room for the next one, which may be in its slot before the attempt has ended', () => {
    const gone = [
      scan(dfu(1), 0),
      begun,
      scan(null, 50),
      scan(dfu(2), 50 + PULLED_AFTER_MS),
      lost(3000),
      kept,
    ] as const;
    expect(after(...gone, scan(dfu(2), 3001))).toMatchObject({ ...another, seating: { id: 'seating-at-3001' } });
    expect(after(...gone, scan(null, 3001), scan(dfu(3), 3002))).toMatchObject(another);
    const unseen = [scan(dfu(1), 0), begun, scan(dfu(2), 1000, PULLED_AFTER_MS), lost(3000), kept] as const;
    expect(after(...unseen, scan(dfu(2), 3001))).toMatchObject(another);
  });

  test('makes room also when its absence is seen late, for it was lost before', () => {
    const over = [scan(dfu(1), 0), begun, lost(100), kept] as const;
    expect(after(...over, scan(null, 900, 800), scan(dfu(2), 1000))).toMatchObject(another);
    expect(after(...over, scan(null, 150, 20), scan(dfu(2), 300))).toMatchObject(ofA);
    expect(after(...over, scan(dfu(2), 1000, PULLED_AFTER_MS + 1))).toMatchObject(another);
  });

  test('is the same that was away for a moment only', () => {
    const blink = [scan(dfu(1), 0), begun, scan(null, 50, 20), scan(dfu(2), 29 + PULLED_AFTER_MS)] as const;
    expect(after(...blink, lost(3000), kept, scan(dfu(2), 3001))).toMatchObject(ofA);
  });

  test('may be the same that its recipe had reset', () => {
    const reset = [scan(dfu(1), 0), begun, scan(null, 50), scan(dfu(2), 2000)] as const;
    const end = ending(3000, { outcome: 'error', fault: 'BOARD_GONE', resets: true });
    expect(after(...reset, end, kept, scan(dfu(2), 3001))).toMatchObject(unsure);
  });

  test('is the same that the engine met again after a reset, however long that took', () => {
    const reset = [scan(dfu(1), 0), begun, scan(null, 50), scan(dfu(2), 20_000)] as const;
    expect(after(...reset, failing(30_000), kept, scan(dfu(2), 30_001))).toMatchObject(ofA);
  });
});

const running = (address: number, usbSerial = 'APP') => ({ ...application(address), usbSerial });

describe('a board that runs its firmware', () => {
  const asked = { on: 'asked', attemptId: 'a' } as const;

  test('waits, and is not ready', () => {
    expect(benchState(after(scan(running(1), 0)))).toMatchObject({ is: 'waiting', ready: false, perhapsOf: null });
    expect(benchState(after(scan(dfu(1), 0)))).toMatchObject({ is: 'waiting', ready: true, perhapsOf: null });
  });

  test('keeps its seating while it is asked into its bootloader, and is the board in it from then on', () => {
    const entering = after(scan(running(1), 0), asked, scan(null, 50), scan(dfu(2), 90));
    expect(benchState(entering)).toMatchObject({ is: 'running', seating: { id: 'seating-at-0' }, attemptId: 'a' });
    expect(next(entering, { ...begun, device: dfu(2) })).toMatchObject({
      is: 'running',
      seating: { id: 'seating-at-0', board: identity },
    });
    expect(next(entering, { ...begun, attemptId: 'b' })).toBe(entering);
  });

  const refused = ending(11_000, { outcome: 'error', fault: 'BOOTLOADER_NOT_ENTERED' });

  test('that could not be asked stays the same board until it is pulled', () => {
    const notAsked = after(scan(running(1), 0), asked, refused, kept);
    expect(next(notAsked, scan(running(1), 12_000))).toBe(notAsked);
    const pulled = next(notAsked, scan(null, 13_000));
    expect(next(pulled, scan(running(2), 13_000 + PULLED_AFTER_MS - 1))).toMatchObject(ofA);
    expect(next(pulled, scan(running(2), 13_000 + PULLED_AFTER_MS))).toMatchObject(unsure);
    expect(next(pulled, scan(running(2), 13_000 + RESET_MS_MAX))).toMatchObject(another);
  });

  test('that obeys late, or after it was stopped, is not taken for one that was plugged in', () => {
    const stopped = after(scan(running(1), 0), asked, ending(50, { outcome: 'aborted', fault: 'CANCELLED' }), kept);
    const leaving = next(stopped, scan(null, 60));
    expect(next(leaving, scan(dfu(2), 60 + RESET_MS_MAX - 1))).toMatchObject(ofA);
    expect(next(leaving, scan(dfu(2), 60 + RESET_MS_MAX))).toMatchObject(unsure);
    expect(next(leaving, scan(dfu(2), 20_000))).toMatchObject(another);
    const already = after(scan(running(1), 0), asked, scan(null, 50), scan(dfu(2), 400), refused, kept);
    expect(next(already, scan(dfu(2), 11_001))).toBe(already);
  });

  test('is the one that has passed when it comes up as soon as a reset takes; later, nobody can tell', () => {
    expect(after(...passed, scan(running(2), 90 + RESET_MS_MAX - 1))).toMatchObject(ofA);
    expect(after(...passed, scan(running(2), 90 + RESET_MS_MAX))).toMatchObject(unsure);
    expect(after(...passed, scan(running(2), 20_000))).toMatchObject(another);
  });

  test('is the one that has passed when it came up while that was waited for, however long that took', () => {
    const slow = [scan(dfu(1), 0), begun, scan(null, 90), scan(running(2), 8_000)] as const;
    expect(after(...slow, ending(8_100), kept, scan(running(2), 8_200))).toMatchObject(ofA);
  });

  test('is the one whose firmware the engine saw, when the look at the bus is late; and not one that comes after that', () => {
    const up = [scan(dfu(1), 0), begun, scan(null, 90), ending(3000, { cameUp: true }), kept] as const;
    expect(after(...up, scan(running(2), 3000 + UNSEEN_MS_MAX))).toMatchObject(ofA);
    expect(after(...up, scan(running(2), 9000, 6000))).toMatchObject(ofA);
    expect(after(...up, scan(running(2), 3101 + UNSEEN_MS_MAX))).toMatchObject(unsure);
  });

  test('may be the one that came up with nothing for a minute', () => {
    const silent = [scan(dfu(1), 0), begun, scan(null, 90)] as const;
    const end = ending(10_000, { outcome: 'fail', fault: 'APPLICATION_SILENT' });
    expect(after(...silent, end, kept, scan(running(2), 60_000))).toMatchObject(unsure);
    expect(after(...silent, end, kept, scan(running(2), 71_000))).toMatchObject(another);
  });

  test('is another after a failure in the bootloader, as soon as the failed one was pulled', () => {
    expect(after(...failed, scan(null, 200), scan(running(2), 200 + PULLED_AFTER_MS))).toMatchObject(another);
  });

  test('may be the one whose attempt was dropped in mid-work', () => {
    const dropped = ending(100, { outcome: 'error', fault: 'HOST_CRASHED' });
    const gone = after(scan(dfu(1), 0), begun, dropped, kept, scan(null, 200));
    expect(next(gone, scan(running(2), 200 + RESET_MS_MAX))).toMatchObject(unsure);
    expect(next(gone, scan(dfu(2), 200 + PULLED_AFTER_MS))).toMatchObject(another);
  });
});

describe('firmware that restarts after a pass', () => {
  const up = after(...passed, scan(running(2), 500));

  test('is the same board when it is back in a moment, whatever it says: a loader goes first', () => {
    expect(next(up, scan({ ...running(3), productId: 0x5741 }, 600))).toMatchObject(ofA);
    expect(next(next(up, scan(null, 600)), scan(running(3), 599 + PULLED_AFTER_MS))).toMatchObject(ofA);
  });

  test('may be the same board when it takes longer', () => {
    const away = next(up, scan(null, 600));
    expect(next(away, scan(running(3), 600 + PULLED_AFTER_MS))).toMatchObject(unsure);
    expect(next(away, scan({ ...running(3, 'OTHER'), productId: 0x5741 }, 600 + PULLED_AFTER_MS))).toMatchObject(
      unsure,
    );
  });

  test('is another board when it is another serial, was there for a while before, or is away for long', () => {
    const away = next(up, scan(null, 600));
    expect(next(away, scan(running(3, 'OTHER'), 600 + PULLED_AFTER_MS))).toMatchObject(another);
    expect(next(away, scan(running(3), 601 + RESTART_MS_MAX))).toMatchObject(another);
    const steady = next(up, scan(null, 500 + STEADY_MS));
    expect(next(steady, scan(running(3), 500 + STEADY_MS + PULLED_AFTER_MS))).toMatchObject(unsure);
    expect(next(steady, scan(running(3), 500 + STEADY_MS + RESET_MS_MAX))).toMatchObject(another);
  });
});

describe('a board that may be the one of an attempt before', () => {
  const perhaps = after(...passed, scan(running(2), 5000));

  test('stays so while it comes and goes by itself, and its slot is empty meanwhile', () => {
    const away = next(perhaps, scan(null, 6000));
    expect(benchState(away)).toEqual({ is: 'empty' });
    expect(next(away, scan(running(3), 7000))).toMatchObject({ ...unsure, seating: { id: 'seating-at-5000' } });
  });

  test('makes room for the next one as soon as it was pulled', () => {
    const steady = next(perhaps, scan(null, 5000 + STEADY_MS));
    expect(next(steady, scan(running(3), 5000 + STEADY_MS + RESET_MS_MAX))).toMatchObject(another);
    expect(next(next(perhaps, scan(null, 5100)), scan(dfu(3), 5100 + PULLED_AFTER_MS))).toMatchObject(another);
  });

  test('can be worked on when a person says so', () => {
    expect(next(perhaps, { on: 'asked', attemptId: 'b' })).toMatchObject({
      is: 'entering',
      seating: { id: 'seating-at-5000' },
      sight: sightOf(running(2), 5000),
    });
  });
});
