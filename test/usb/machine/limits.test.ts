import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BOOT_LIMIT, Deadline, limitAfter } from './limits.ts';

const job = { scenarios: [{ name: 'smoke', says: '', limitSeconds: 120 }] };
const ended = { on: 'ended', name: 'smoke', seconds: 1, exitCode: 0, signal: null } as const;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a machine has its own time to end a scenario that takes too long', () => {
  expect(limitAfter({ on: 'started', name: 'smoke' }, job)).toEqual({ seconds: 180, doing: 'smoke' });
});

test('between scenarios it is named after which one it hung', () => {
  expect(limitAfter({ on: 'up', kernel: '6.1', seconds: 4 }, job)).toEqual({
    seconds: 60,
    doing: 'what follows the boot',
  });
  expect(limitAfter(ended, job)).toEqual({ seconds: 60, doing: 'what follows smoke' });
});

test('a deadline passes once, with what was under way, and not while it is set anew', () => {
  const passed = vi.fn();
  const deadline = new Deadline(passed);
  deadline.set(BOOT_LIMIT);
  vi.advanceTimersByTime(BOOT_LIMIT.seconds * 1000 - 1);
  deadline.set({ seconds: 60, doing: 'smoke' });
  vi.advanceTimersByTime(59_999);
  expect([passed.mock.calls.length, deadline.passedIn]).toEqual([0, null]);
  vi.advanceTimersByTime(1);
  expect([passed.mock.calls.length, deadline.passedIn]).toEqual([1, 'smoke']);
});

test('a deadline that was cleared never passes', () => {
  const deadline = new Deadline(() => {});
  deadline.set(BOOT_LIMIT);
  deadline.clear();
  vi.runAllTimers();
  expect(deadline.passedIn).toBeNull();
});
