import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LITERAL_PACE, learn, type Operation, type Pace, UNKNOWN_PACE, waitMs } from './pacing.ts';

const WRITE: Operation = { kind: 'write', bytes: 2048 };

interface Device {
  readonly reportedMs: number;
  readonly workMs: number;
  /** Holds GETSTATUS back until it is done, instead of answering that it is busy. */
  readonly holds: boolean;
}

/** Waits for one operation the way the engine does. */
function wait(pace: Pace, { reportedMs, workMs, holds }: Device): { elapsedMs: number; asked: number; pace: Pace } {
  let elapsedMs = 0;
  for (let asked = 0; asked < 1000; ) {
    elapsedMs += waitMs(pace, WRITE, { reportedMs, elapsedMs, asked });
    asked += 1;
    const heldMs = holds ? Math.max(0, workMs - elapsedMs) : 0;
    elapsedMs += heldMs;
    if (elapsedMs >= workMs) return { elapsedMs, asked, pace: learn(pace, WRITE, { elapsedMs, asked, heldMs }) };
  }
  throw new Error('never done');
}

function waitOften(device: Device, times: number): { elapsedMs: number; asked: number } {
  let pace = UNKNOWN_PACE;
  const total = { elapsedMs: 0, asked: 0 };
  for (let i = 0; i < times; i++) {
    const one = wait(pace, device);
    pace = one.pace;
    total.elapsedMs += one.elapsedMs;
    total.asked += one.asked;
  }
  return total;
}

describe('the wait between two questions', () => {
  test('follows a device that lies about 8 ms and holds its answer back: no time and no questions wasted', () => {
    const { elapsedMs, asked } = waitOften({ reportedMs: 104, workMs: 8, holds: true }, 128);
    expect(asked).toBe(128);
    expect(elapsedMs).toBeLessThan(128 * 8 * 1.01);
  });

  test('finds the time of a device that answers "busy" within few questions too many', () => {
    const { elapsedMs, asked } = waitOften({ reportedMs: 104, workMs: 8, holds: false }, 128);
    expect(asked).toBeLessThan(128 * 1.15);
    expect(elapsedMs).toBeLessThan(128 * 8 * 1.15);
  });

  test('is never longer than reported for the first question, nor shorter than 1 ms', () => {
    const before = learn(UNKNOWN_PACE, WRITE, { elapsedMs: 500, asked: 1, heldMs: 499 });
    expect(waitMs(before, WRITE, { reportedMs: 20, elapsedMs: 0, asked: 0 })).toBe(20);
    expect(waitMs(before, WRITE, { reportedMs: 0, elapsedMs: 0, asked: 0 })).toBe(1);
  });

  test('is learned for each kind and size on its own', () => {
    const pace = learn(UNKNOWN_PACE, WRITE, { elapsedMs: 8, asked: 1, heldMs: 7 });
    const reported = { reportedMs: 104, elapsedMs: 0, asked: 0 };
    expect(waitMs(pace, WRITE, reported)).toBe(6);
    expect(waitMs(pace, { kind: 'write', bytes: 1024 }, reported)).toBe(1);
    expect(waitMs(pace, { kind: 'erase', bytes: 2048 }, reported)).toBe(1);
  });

  test('is what the device says once it has shown that it does not bear early questions', () => {
    expect(waitMs(LITERAL_PACE, WRITE, { reportedMs: 104, elapsedMs: 0, asked: 0 })).toBe(104);
    expect(learn(LITERAL_PACE, WRITE, { elapsedMs: 3, asked: 1, heldMs: 2 })).toBe(LITERAL_PACE);
  });

  test('does not grow when a busy computer is late with every question', () => {
    let pace = UNKNOWN_PACE;
    for (let i = 0; i < 50; i++) pace = learn(pace, WRITE, { elapsedMs: 20, asked: 1, heldMs: 0 });
    expect(waitMs(pace, WRITE, { reportedMs: 104, elapsedMs: 0, asked: 0 })).toBe(1);
  });

  test('keeps the questions few whatever a device reports and however long it takes', () => {
    const device = fc.record({
      reportedMs: fc.integer({ min: 0, max: 0xffffff }),
      workMs: fc.integer({ min: 0, max: 60_000 }),
      holds: fc.boolean(),
    });
    fc.assert(
      fc.property(device, fc.constantFrom(UNKNOWN_PACE, LITERAL_PACE), (one, pace) => {
        expect(wait(pace, one).asked).toBeLessThan(110);
      }),
    );
  });
});
