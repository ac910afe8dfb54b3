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
import { BOOTLOADER_DUE_MS } from './aftermath.ts';
import { DROPPED_MS_MAX, PULLED_AFTER_MS, RESET_MS_MAX } from './same-board.ts';
import type { SlotEvent, SlotState } from './slot.ts';
import { next } from './slot-state.ts';

function met(address: number, nowMs: number): SlotEvent {
  return { on: 'met', attemptId: 'a', device: dfu(address), nowMs };
}
const asked = { on: 'asked', attemptId: 'a' } as const;
const OTHER_THERE = { outcome: 'error', fault: 'SEATING_ENDED' } as const;

test('a board that was met after a reset is its own, however late the looks at its resets are', () => {
  const late = [scan(null, 100), scan(dfu(2), 2_000), scan(null, 2_400), scan(application(3), 2_450)];
  const resetting = [scan(dfu(1), 0), begun, met(2, 2_100)] as const;
  expect(after(...resetting, ending(2_500), kept, ...late)).toMatchObject(ofA);
  expect(after(...resetting, ...late, ending(2_500), kept)).toMatchObject(ofA);
  expect(after(...resetting, failing(2_300), kept, ...late.slice(0, 2))).toMatchObject(ofA);
});

test('a board that went and came after it was met last is judged by that', () => {
  const swapped = [scan(dfu(1), 0), begun, met(1, 100), scan(null, 200), scan(dfu(2), 200 + PULLED_AFTER_MS)] as const;
  const gone = ending(3_000, { outcome: 'error', fault: 'BOARD_GONE' });
  expect(after(...swapped, gone, kept)).toMatchObject(another);
  expect(after(...swapped, met(1, 150), gone, kept)).toMatchObject(another);
  const stopped = ending(3_000, { outcome: 'aborted', fault: 'CANCELLED' });
  expect(after(...swapped, met(2, 2_000), stopped, kept)).toMatchObject(ofA);
});

test('an attempt begins on no other board than the one that it was made for', () => {
  expect(after(scan(dfu(2), 0), begun)).toMatchObject({ is: 'waiting' });
  const late = after(scan(application(3), 0), asked, met(1, 100), scan(null, 110), begun);
  expect(late).toMatchObject({ is: 'running', attemptId: 'a' });
  const held = after(
    scan(application(3), 0),
    asked,
    scan(null, 50),
    met(1, 100),
    scan(null, 200),
    scan(dfu(2), 2_000),
    begun,
  );
  expect(held).toMatchObject({ is: 'entering', attemptId: 'a' });
});

test('a board that another was taken for has no part in that attempt', () => {
  const swappedInLine = [
    scan(application(3), 0),
    asked,
    scan(null, 50),
    met(1, 100),
    scan(null, 200),
    scan(dfu(2), 2_000),
  ];
  expect(after(...swappedInLine, ending(2_500, OTHER_THERE), kept)).toMatchObject({
    ...another,
    seating: { id: 'seating-at-2000' },
  });
  expect(after(scan(dfu(1), 0), begun, ending(100, OTHER_THERE), kept)).toMatchObject({ ...another, tries: ['a'] });
  const again = { ...begun, attemptId: 'b' } as const;
  const refused = { ...ending(300, OTHER_THERE), attemptId: 'b' } as SlotEvent;
  const late = passed.filter((event) => event.on !== 'scanned' || event.device !== null);
  const stillItsPass = after(
    ...late,
    again,
    refused,
    { on: 'kept', attemptId: 'b' },
    scan(null, 90),
    scan(application(2), 150),
  );
  expect(stillItsPass).toMatchObject(ofA);
});

test('what drops off and is back while its attempt ends has been tried, however long that took', () => {
  const drops = [scan(null, 300), scan(dfu(2), 300 + PULLED_AFTER_MS)];
  const gone = ending(300 + 2 * DROPPED_MS_MAX, { outcome: 'error', fault: 'BOARD_GONE' });
  expect(after(scan(dfu(1), 0), begun, ...drops, gone, kept)).toMatchObject({ ...another, tries: ['a'] });
});

describe('an attempt that a person began, and that finds another enumeration on its port', () => {
  const byAPerson = { ...asked, attemptId: 'b' } as const;
  const refused = (nowMs: number) => ({ ...ending(nowMs, OTHER_THERE), attemptId: 'b' }) as SlotEvent;
  const keptB = { on: 'kept', attemptId: 'b' } as const;
  const entered = [
    ...passed,
    scan(application(2), 500),
    byAPerson,
    scan(null, 10_000),
    scan(dfu(3), 10_100),
    { ...met(3, 10_200), attemptId: 'b' } as SlotEvent,
  ];

  test('leaves a board that was asked in doubt: it may have dropped off while it waited its turn', () => {
    const back = (awayMs: number) => [scan(null, 20_000), scan(dfu(4), 20_000 + awayMs)];
    const ofB = { is: 'ended', attemptId: 'b' };
    expect(after(...entered, ...back(100), refused(21_000), keptB)).toMatchObject(ofB);
    expect(after(...entered, ...back(RESET_MS_MAX), refused(22_000), keptB)).toMatchObject({
      ...another,
      perhapsOf: 'b',
    });
    const long = [...back(BOOTLOADER_DUE_MS.asked + 1), refused(40_000), keptB];
    expect(after(...entered, ...long)).toMatchObject(another);
  });

  test('leaves the slot as it was when nobody asked the board', () => {
    const again = { ...begun, attemptId: 'b' } as const;
    expect(after(...failed, again, refused(3000), keptB)).toMatchObject(ofA);
    const pulled = [scan(null, 2000), scan(dfu(4), 2000 + PULLED_AFTER_MS)];
    expect(after(...failed, again, ...pulled, refused(3000), keptB)).toMatchObject(another);
  });
});

test('a board that drops off before each attempt on it has begun is left alone after three', () => {
  const round = (slot: SlotState, n: number): SlotState =>
    [
      { ...begun, attemptId: `a${n}`, device: dfu(n) },
      scan(null, n * 10_000 + 100),
      scan(dfu(n + 1), n * 10_000 + 3_000),
      { ...ending(n * 10_000 + 3_100, OTHER_THERE), attemptId: `a${n}` } as SlotEvent,
      { on: 'kept', attemptId: `a${n}` } as const,
    ].reduce(next, slot);
  const afterTwo = round(round(after(scan(dfu(1), 0)), 1), 2);
  expect(afterTwo).toMatchObject({ ...another, tries: ['a1', 'a2'] });
  expect(round(afterTwo, 3)).toMatchObject({ ...another, perhapsOf: 'a3' });
});
