import type { FaultCode, Outcome, Slot } from '@flashline/contracts';
import { FAULTS, outcomeOf } from '@flashline/contracts';
import { expect, test } from 'vitest';
import { announcementOf, createAnnouncer, GATHER_MS } from './announcer.ts';

const finished = (label: string, fault: FaultCode | null): Slot =>
  ({
    label,
    state: { is: 'done', outcome: fault === null ? 'pass' : outcomeOf(fault), fault },
  }) as Slot;

test('passes are one short list, a failure says what to do, the worst comes first', () => {
  const line = announcementOf([finished('A1', null), finished('A2', 'VERIFY_MISMATCH'), finished('A3', null)]);
  expect(line).toBe(`A2: Fail. ${FAULTS.VERIFY_MISMATCH.do} Pass: A1, A3.`);
});

test('the station is blamed by name, not the board', () => {
  expect(announcementOf([finished('A1', 'HOST_CRASHED')])).toMatch(/^A1: Station error\./);
});

test('many failures are a list, not a speech', () => {
  const slots = ['A1', 'A2', 'A3', 'A4'].map((label) => finished(label, 'BOARD_GONE'));
  expect(announcementOf(slots)).toBe('Fail: A1, A2, A3, A4.');
});

test('boards that end together are told together', () => {
  const told: [string, Outcome][] = [];
  const timers: (() => void)[] = [];
  const clock = {
    nowMs: () => 0,
    after: (delayMs: number, task: () => void) => {
      expect(delayMs).toBe(GATHER_MS);
      timers.push(task);
      return () => {};
    },
  };
  const announce = createAnnouncer(clock, (line, worst) => told.push([line, worst]));
  announce(finished('A1', null));
  announce(finished('A2', 'CANCELLED'));
  expect(timers).toHaveLength(1);
  timers[0]?.();
  expect(told).toEqual([[`A2: Stopped. ${FAULTS.CANCELLED.do} Pass: A1.`, 'aborted']]);
  announce(finished('A3', null));
  timers[1]?.();
  expect(told[1]).toEqual(['Pass: A3.', 'pass']);
});
