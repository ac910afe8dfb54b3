import { describe, expect, test } from 'vitest';
import { systemClock } from './clock.ts';

describe('the clock of this computer', () => {
  test('never sleeps too short', async () => {
    const clock = systemClock();
    for (const ms of [0.4, 1, 1.6, 3]) {
      const before = clock.now();
      await clock.sleep(ms);
      expect(clock.now() - before).toBeGreaterThanOrEqual(ms);
    }
  });

  test('sleeps a fraction at a higher speed while its time runs on in full', async () => {
    const clock = systemClock(0.001);
    const realMs = performance.now();
    const before = clock.now();
    await clock.sleep(10_000);
    expect(clock.now() - before).toBeGreaterThanOrEqual(10_000);
    expect(performance.now() - realMs).toBeLessThan(5_000);
  });

  test('gives way to other work at speed 0, and to a cancel', async () => {
    const clock = systemClock(0);
    const order: string[] = [];
    setImmediate(() => order.push('other'));
    await clock.sleep(1_000_000);
    expect(order).toEqual(['other']);
    await expect(clock.sleep(1, AbortSignal.abort('why'))).rejects.toBe('why');
  });

  test('wakes a sleeper with the reason of the cancel, also before it fell asleep', async () => {
    const stop = new AbortController();
    const sleeping = systemClock().sleep(60_000, stop.signal);
    stop.abort('why');
    await expect(sleeping).rejects.toBe('why');
    await expect(systemClock().sleep(60_000, stop.signal)).rejects.toBe('why');
  });
});
