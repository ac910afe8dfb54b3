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
  lateScan,
  ofA,
  passed,
  running,
  scan,
  unsure,
} from '../testing/slot-events.ts';
import { ENUMERATED_MS_MAX, PULLED_AFTER_MS, RESET_MS_MAX, RESTART_MS_MAX, STEADY_MS } from './same-board.ts';
import type { SlotEvent } from './slot.ts';
import { next } from './slot-state.ts';
import { attemptedBoard, benchState } from './slot-views.ts';

function met(address: number, nowMs: number): SlotEvent {
  return { on: 'met', attemptId: 'a', device: dfu(address), nowMs };
}
const asked = { on: 'asked', attemptId: 'a' } as const;

describe('what the kernel has and the USB library does not show', () => {
  const entered = [
    scan(application(3), 0),
    asked,
    met(1, 100),
    lateScan(1, 110),
    begun,
    met(1, 300),
    lateScan(1, 1110),
  ];

  test('is the board that is worked on, however late it is shown', () => {
    expect(attemptedBoard(after(...entered))?.device).toEqual(dfu(1));
    expect(after(...entered, failing(3000), kept, scan(dfu(1), 8000))).toMatchObject(ofA);
    const stopped = ending(3000, { outcome: 'aborted', fault: 'CANCELLED' });
    expect(after(...entered, stopped, kept, scan(dfu(1), 8000))).toMatchObject(ofA);
    const crashed = ending(3000, { outcome: 'error', fault: 'HOST_CRASHED' });
    expect(after(...entered, crashed, kept, scan(dfu(1), 8000))).toMatchObject(ofA);
    const locked = [
      met(2, 2000),
      lateScan(2, 2100),
      ending(3000, { outcome: 'fail', fault: 'LOCK_FAILED', resets: true }),
    ];
    expect(after(...entered, ...locked, kept, scan(dfu(2), 8000))).toMatchObject(ofA);
  });

  test('is the board that is worked on also when that look is told before it was met', () => {
    const early = after(scan(application(3), 0), asked, lateScan(1, 110), met(1, 100));
    expect(early).toMatchObject({ is: 'entering', sight: { device: dfu(1) } });
    expect(after(scan(application(3), 0), asked, lateScan(2, 110), met(1, 100))).toMatchObject({
      sight: { device: null },
    });
  });

  test('came when the kernel had it', () => {
    const up = [lateScan(2, 89 + RESET_MS_MAX), scan(running(2), 30_000)] as const;
    expect(after(...passed, ...up)).toMatchObject(ofA);
    expect(after(...passed, lateScan(2, 90 + RESET_MS_MAX), scan(running(2), 30_000))).toMatchObject(unsure);
    expect(after(...passed, lateScan(2, 20_000), scan(running(2), 30_000))).toMatchObject(another);
    const steady = [...passed, scan(running(2), 500), scan(null, 500 + STEADY_MS)] as const;
    const backMs = 500 + STEADY_MS + PULLED_AFTER_MS;
    expect(after(...steady, lateScan(3, backMs - 1), scan(running(3), 20_000))).toMatchObject(ofA);
    expect(after(...steady, lateScan(3, backMs), scan(running(3), 20_000))).toMatchObject(unsure);
    expect(after(...failed, scan(null, 200), lateScan(2, 200 + PULLED_AFTER_MS), scan(dfu(2), 9000))).toMatchObject({
      ...another,
      seating: { id: 'seating-at-9000' },
    });
  });

  test('leaves the doubt that a stranger leaves, when it goes before anybody knows what it was', () => {
    const gone = after(...passed, lateScan(2, 91 + RESET_MS_MAX), lateScan(2, 12_000), scan(null, 13_000));
    expect(benchState(gone)).toEqual({ is: 'empty' });
    expect(next(gone, scan(running(3), 13_000 + RESTART_MS_MAX))).toMatchObject(unsure);
    const replaced = after(...passed, lateScan(2, 91 + RESET_MS_MAX), lateScan(3, 12_000), scan(running(3), 19_000));
    expect(replaced).toMatchObject(unsure);
    const loader = after(...passed, lateScan(2, 300), scan(null, 30_000));
    expect(next(loader, scan(running(3), 30_000 + PULLED_AFTER_MS))).toMatchObject(ofA);
    const pulled = after(...failed, scan(null, 200), lateScan(2, 5000), scan(null, 6000));
    expect(next(pulled, scan(dfu(3), 9000))).toMatchObject(another);
  });

  test('keeps a seat from being given up after a restart of the station', () => {
    const board = { vendorId: 0x0483, productId: 0xdf11, bcdDevice: 0x2200, usbSerial: 'STM32', layout: null };
    const remembered = {
      is: 'remembered',
      seating: { id: 'seating-at-0', since: 'then', board },
      attemptId: 'a',
      address: 7,
      hasPassed: false,
      lookedSinceMs: 0,
    } as const;
    const late = next(remembered, lateScan(8, 2 * ENUMERATED_MS_MAX));
    expect(next(late, scan(dfu(8), 2 * ENUMERATED_MS_MAX + 1))).toMatchObject(unsure);
    expect(next(late, scan(dfu(7), 2 * ENUMERATED_MS_MAX + 1))).toMatchObject(ofA);
  });
});

describe('a look that finds nothing on a port on which a board has stayed', () => {
  test('begins no attempt by itself when the next one finds it at its address', () => {
    const missed = after(...failed, scan(null, 5000));
    expect(next(missed, scan(dfu(1), 4999 + RESET_MS_MAX))).toMatchObject(unsure);
    expect(next(missed, scan(dfu(2), 4999 + RESET_MS_MAX))).toMatchObject(another);
    expect(next(missed, scan(dfu(1), 5000 + RESET_MS_MAX))).toMatchObject(another);
  });

  test('and was made before it was met says nothing', () => {
    const stale = after(scan(dfu(1), 0), begun, met(1, 300), scan(null, 250), failing(400), kept);
    expect(stale).toMatchObject({ ...ofA, sight: { device: dfu(1) } });
  });
});
