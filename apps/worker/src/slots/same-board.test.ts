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
  hubScan,
  identity,
  kept,
  ofA,
  passed,
  running,
  scan,
  unsure,
} from '../testing/slot-events.ts';
import {
  ENUMERATED_MS_MAX,
  PULLED_AFTER_MS,
  RESET_MS_MAX,
  RESTART_MS_MAX,
  STEADY_MS,
  UNSEEN_MS_MAX,
} from './same-board.ts';
import { sightOf } from './sight.ts';
import { next } from './slot-state.ts';
import { benchState } from './slot-views.ts';

describe('after a restart', () => {
  const seating = { id: 's', since: 'then', board: { ...identity, layout: null } };
  const remembered = {
    is: 'remembered',
    seating,
    attemptId: 'a',
    address: 7,
    hasPassed: false,
    lookedSinceMs: null,
  } as const;
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

  test('what the first looks miss, because its hub is slow, is judged as at the first look', () => {
    const empty = next(next(remembered, scan(null, 0)), scan(null, ENUMERATED_MS_MAX));
    expect(benchState(empty)).toMatchObject({ is: 'ended', present: false });
    expect(next(empty, scan(dfu(7), ENUMERATED_MS_MAX + 1))).toMatchObject(itself);
    expect(next(empty, scan(application(8), ENUMERATED_MS_MAX + 1))).toMatchObject(unsure);
  });

  test('what comes up after its hub came back late is judged so, too', () => {
    const hubIsBack = next(next(remembered, scan(null, 0)), hubScan(null, 20_000));
    const empty = next(hubIsBack, scan(null, ENUMERATED_MS_MAX + 1));
    expect(next(empty, scan(dfu(8), 20_000 + ENUMERATED_MS_MAX))).toMatchObject(unsure);
  });

  test('who is plugged into a slot that stayed empty is another', () => {
    const empty = next(next(remembered, scan(null, 0)), scan(null, ENUMERATED_MS_MAX + 1));
    expect(benchState(empty)).toMatchObject({ is: 'ended', present: false });
    expect(next(empty, scan(dfu(7), ENUMERATED_MS_MAX + 2))).toMatchObject(another);
    expect(next(empty, scan(application(7), ENUMERATED_MS_MAX + 2))).toMatchObject(another);
  });
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
    expect(after(...gone, scan(dfu(2), 3001))).toMatchObject({ ...another, seating: { id: 'seating-at-3000' } });
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

  test('makes room also when the look that shows the next one was made before the news of the end', () => {
    const gone = [scan(dfu(1), 0), begun, scan(null, 50), lost(3000), kept] as const;
    expect(after(...gone, scan(dfu(2), 2900))).toMatchObject(another);
    expect(after(...gone, scan(running(2), 2900))).toMatchObject(another);
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
