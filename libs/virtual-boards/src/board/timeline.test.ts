import { expect, test } from 'vitest';
import { Timeline } from './timeline.ts';

/** A host and a timer that are late by this much, at every one of `count` transfers of 1 ms. */
function run(count: number, timerLateMs: number, hostLateMs: number): { boardMs: number; hostMs: number } {
  const timeline = new Timeline();
  let now = 0;
  let end = 0;
  for (let n = 0; n < count; n++) {
    end = timeline.start(now) + 1;
    timeline.runTo(end);
    const waits = end > now;
    if (waits) now = end + timerLateMs;
    timeline.deliver(end, now, waits);
    now += hostLateMs;
  }
  return { boardMs: end, hostMs: now };
}

test('late timers do not add up: a thousand transfers of 1 ms take a thousand, and one timer', () => {
  for (const timerLateMs of [0, 0.4, 1.3, 7]) {
    const { boardMs, hostMs } = run(1000, timerLateMs, 0);
    expect(boardMs).toBeCloseTo(1000, 6);
    expect(hostMs).toBeGreaterThanOrEqual(1000);
    expect(hostMs).toBeLessThan(1000 + timerLateMs + 1);
  }
});

test('a host that is quick is not charged for its own time', () => {
  const { boardMs, hostMs } = run(1000, 1, 0.2);
  expect(boardMs).toBeCloseTo(1000, 6);
  expect(hostMs).toBeLessThan(1004);
});

test('a host that is slow holds the board up: the board does not work ahead of what it was asked', () => {
  const { boardMs, hostMs } = run(100, 0, 50);
  expect(hostMs).toBeGreaterThanOrEqual(100 * 50);
  expect(boardMs).toBeGreaterThanOrEqual(99 * 50 - 1);
});

test('an answer is never due before the work is done', () => {
  const { boardMs, hostMs } = run(500, 3, 1.9);
  expect(boardMs).toBeGreaterThanOrEqual(500);
  expect(hostMs).toBeGreaterThanOrEqual(500);
});

test('a host in another process is charged for its own time and not for the way', () => {
  const timeline = new Timeline();
  timeline.runTo(timeline.start(0) + 1);
  timeline.deliver(1, 1, true);
  // 9 ms have passed, of which the host took 5: two are slack.
  expect(timeline.asked(10, 5)).toBe(6);
  expect(timeline.start(10, 5)).toBe(4);
});

test('the first transfer of a dialogue has no slack', () => {
  expect(new Timeline().start(100)).toBe(100);
});
