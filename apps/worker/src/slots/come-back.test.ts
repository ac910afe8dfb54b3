import { describe, expect, test } from 'vitest';
import {
  after,
  another,
  begun,
  dfu,
  ending,
  failed,
  hubScan,
  kept,
  lateScan,
  ofA,
  passed,
  running,
  scan,
  unsure,
} from '../testing/slot-events.ts';
import { DROPPED_MS_MAX, ENUMERATED_MS_MAX, RESET_MS_MAX, RESTART_MS_MAX, STEADY_MS } from './same-board.ts';
import type { SlotEvent, SlotState } from './slot.ts';
import { next } from './slot-state.ts';
import { benchState } from './slot-views.ts';

describe('a board whose hub dropped off the bus', () => {
  const goneMs = 500 + STEADY_MS;
  const up = after(...passed, scan(running(2), 500));
  const away = next(up, hubScan(null, goneMs));

  test('is nobody knows whose when the hub is back with it, however long that took', () => {
    const back = next(away, hubScan(null, goneMs + 60_000));
    const comesMs = goneMs + 60_000 + ENUMERATED_MS_MAX;
    expect(next(back, scan(running(3), comesMs))).toMatchObject(unsure);
    expect(next(back, scan(dfu(3), comesMs)), 'its jumper is still set').toMatchObject(unsure);
    expect(next(after(...failed, hubScan(null, 200)), hubScan(dfu(3), 3000))).toMatchObject(unsure);
  });

  test('is another when it says so, or comes long after the hub', () => {
    const back = next(away, hubScan(null, goneMs + 5000));
    expect(next(back, scan(running(3, 'OTHER'), goneMs + 6000))).toMatchObject(another);
    expect(next(back, scan(running(3), goneMs + 5001 + ENUMERATED_MS_MAX))).toMatchObject(another);
    const other = { ...dfu(3), usbSerial: 'OTHER' };
    expect(next(after(...failed, hubScan(null, 200)), hubScan(other, 3000))).toMatchObject(another);
  });

  test('is another when the hub stayed: a panel of boards was lifted', () => {
    const lifted = next(up, scan(null, goneMs));
    expect(next(lifted, scan(running(3), goneMs + RESET_MS_MAX))).toMatchObject(another);
  });

  test('is nobody knows whose also when the hub was seen to move a moment before the board', () => {
    const early = next(next(up, hubScan(running(2), goneMs)), scan(null, goneMs + 5));
    expect(next(early, scan(running(3), goneMs + 3000))).toMatchObject(unsure);
  });

  test('stays in doubt when its hub drops off again, until it is pulled', () => {
    const doubt = next(next(away, hubScan(null, goneMs + 5000)), scan(running(3), goneMs + 6000));
    const still = next(next(doubt, hubScan(null, goneMs + 20_000)), hubScan(running(4), goneMs + 30_000));
    expect(still).toMatchObject(unsure);
    const pulled = next(still, scan(null, goneMs + 40_000));
    expect(next(pulled, scan(running(5), goneMs + 42_000))).toMatchObject(another);
  });

  test('is nobody knows whose when that was in mid-attempt', () => {
    const end = ending(3000, { outcome: 'error', fault: 'BOARD_GONE' });
    const dropped = [scan(dfu(1), 0), begun, hubScan(null, 50), hubScan(null, 900), scan(dfu(2), 2000)] as const;
    expect(after(...dropped, end, kept, scan(dfu(2), 3001))).toMatchObject(unsure);
  });
});

describe('a board that drops off in every attempt and comes back by itself', () => {
  /** It is attempted, drops off, and is back after so long. */
  function round(slot: SlotState, n: number, device = dfu(n + 1), awayMs = 3000): SlotState {
    const atMs = 100_000 * n;
    const attemptId = `a${n}`;
    const events: readonly SlotEvent[] = [
      { on: 'begun', attemptId, device: dfu(n) },
      scan(null, atMs + 50),
      { ...ending(atMs + 100, { outcome: 'error', fault: 'BOARD_GONE' }), attemptId } as SlotEvent,
      { on: 'kept', attemptId },
      scan(device, atMs + 50 + awayMs),
    ];
    return events.reduce(next, slot);
  }

  const afterTwo = round(round(after(scan(dfu(1), 0)), 1), 2);
  const afterThree = { is: 'waiting', perhapsOf: 'a3' };

  test('is left alone after three attempts, until a person says so', () => {
    expect(afterTwo).toMatchObject({ ...another, tries: ['a1', 'a2'] });
    const third = round(afterTwo, 3);
    expect(third).toMatchObject(afterThree);
    const away = next(third, scan(null, 400_000));
    expect(next(away, scan(dfu(9), 400_000 + DROPPED_MS_MAX))).toMatchObject(afterThree);
    expect(round(third, 4), 'a person began it').toMatchObject({ ...another, tries: [] });
  });

  test('is another after another serial, or a longer time away', () => {
    const fresh = { ...another, tries: [] };
    const other = { ...dfu(5), usbSerial: 'OTHER' };
    expect(round(afterTwo, 3, other)).toMatchObject(fresh);
    expect(round(afterTwo, 3, dfu(5), DROPPED_MS_MAX + 1)).toMatchObject(fresh);
    const away = next(round(afterTwo, 3), scan(null, 400_000));
    expect(next(away, scan(other, 403_000))).toMatchObject(fresh);
    expect(next(away, scan(dfu(9), 400_001 + DROPPED_MS_MAX))).toMatchObject(fresh);
  });

  test('counts on while it comes and goes before its next attempt, and no further than a pass', () => {
    const flapping = next(next(afterTwo, scan(null, 210_000)), scan(dfu(3), 212_000));
    expect(round(flapping, 3)).toMatchObject(afterThree);
    const passes = [{ ...begun, device: dfu(3), nowMs: 220_000 }, scan(null, 220_050), ending(220_100), kept];
    expect(passes.reduce(next, flapping)).toMatchObject({ is: 'ended', tries: [] });
  });
});

describe('a stranger between two looks', () => {
  const loader = (address: number) => ({ ...dfu(address), productId: 1, mode: 'other' }) as const;

  test('that came while nobody could tell leaves that doubt on what comes up behind it', () => {
    const loading = after(...passed, scan(loader(2), 3000));
    expect(benchState(loading)).toMatchObject({ is: 'stranger' });
    expect(next(loading, scan(running(3), 20_000))).toMatchObject({ ...unsure, seating: { id: 'seating-at-20000' } });
    const gone = next(loading, scan(null, 20_000));
    expect(benchState(gone)).toEqual({ is: 'empty' });
    expect(next(gone, scan(running(3), 20_000 + RESTART_MS_MAX))).toMatchObject(unsure);
    expect(next(gone, scan(running(3), 20_001 + RESTART_MS_MAX))).toMatchObject(another);
  });

  test('that came at once is the loader of the board, and the firmware is due from when it goes', () => {
    const gone = after(...passed, scan(loader(2), 300), scan(null, 30_000));
    expect(next(gone, scan(running(3), 31_000))).toMatchObject(ofA);
    expect(next(gone, scan(running(3), 30_000 + RESET_MS_MAX))).toMatchObject(unsure);
    expect(next(gone, scan(running(3), 41_000))).toMatchObject(another);
  });

  test('that its firmware is, seen by the engine, leaves no verdict for what comes next', () => {
    const up = ending(200, { cameUp: true });
    const seen = [scan(dfu(1), 0), begun, scan(null, 90), scan(loader(2), 150), up, kept, scan(null, 5000)] as const;
    expect(after(...seen, scan(loader(3), 5000 + RESET_MS_MAX, 1000))).toMatchObject(unsure);
    expect(after(...seen, scan(running(3), 5000 + RESET_MS_MAX, 1000))).toMatchObject(unsure);
    const late = [
      scan(dfu(1), 0),
      begun,
      scan(null, 90),
      up,
      kept,
      scan(loader(2), 300, 250),
      scan(null, 5000),
    ] as const;
    expect(after(...late, scan(running(3), 5000 + RESET_MS_MAX, 1000))).toMatchObject(unsure);
    const nameless = [scan(dfu(1), 0), begun, scan(null, 90), up, kept, lateScan(2, 210), scan(null, 5000)] as const;
    expect(after(...nameless, scan(running(3), 5000 + RESET_MS_MAX, 1000))).toMatchObject(unsure);
  });

  test('is no board that was there for a while when firmware restarts through it', () => {
    const restarting = after(
      ...passed,
      scan(running(2), 500),
      scan(null, 5000),
      scan(loader(3), 5300),
      scan(null, 9000),
    );
    expect(next(restarting, scan(running(4), 9000 + RESET_MS_MAX))).toMatchObject(unsure);
  });

  test('that is plugged in says nothing of what comes next', () => {
    const stick = after(...passed, scan(loader(2), 20_000));
    expect(next(stick, scan(running(3), 21_000))).toMatchObject(another);
    expect(next(stick, scan(null, 21_000))).toEqual({ is: 'empty' });
  });
});
