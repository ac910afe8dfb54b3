import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { coalesced } from './coalesced.ts';

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
});

test('what is asked for at once is done once, and what is asked for meanwhile once after the pause', () => {
  const work = vi.fn();
  const one = coalesced(work, 50);
  one.ask();
  one.ask();
  expect(work).not.toHaveBeenCalled();
  vi.advanceTimersByTime(0);
  expect(work).toHaveBeenCalledTimes(1);
  one.ask();
  one.ask();
  vi.advanceTimersByTime(49);
  expect(work).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1);
  expect(work).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(1000);
  expect([work.mock.calls.length, vi.getTimerCount()]).toEqual([2, 0]);
});

test.each([
  ['before the stop', (one: ReturnType<typeof coalesced>) => [one.ask(), one.stop()]],
  ['after it', (one: ReturnType<typeof coalesced>) => [one.stop(), one.ask()]],
])('what was asked for %s is not done', (_, play) => {
  const work = vi.fn();
  play(coalesced(work, 50));
  vi.runAllTimers();
  expect(work).not.toHaveBeenCalled();
});

test('work that stops itself leaves no timer', () => {
  const one = coalesced(() => one.stop(), 50);
  one.ask();
  vi.advanceTimersByTime(0);
  expect(vi.getTimerCount()).toBe(0);
});
