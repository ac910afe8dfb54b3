import { expect, test } from 'vitest';
import {
  after,
  another,
  application,
  begun,
  dfu,
  ending,
  failing,
  kept,
  ofA,
  passed,
  scan,
} from '../testing/slot-events.ts';
import { DROPPED_MS_MAX, PULLED_AFTER_MS } from './same-board.ts';
import type { SlotEvent } from './slot.ts';

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
  expect(after(scan(dfu(1), 0), begun, ending(100, OTHER_THERE), kept)).toMatchObject({ ...another, tries: 1 });
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
  expect(after(scan(dfu(1), 0), begun, ...drops, gone, kept)).toMatchObject({ ...another, tries: 1 });
});
