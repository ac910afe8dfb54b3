import { Fault } from '@flashline/contracts';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { Bounds } from './bounds.ts';

const never = new Promise<never>(() => {});
const hung = () => new Fault('BOARD_SILENT');

describe('waiting in an attempt', () => {
  test('ends at once with CANCELLED when a person stops it', async () => {
    const stop = new AbortController();
    const bounds = new Bounds(systemClock(), stop.signal);
    const sleeping = bounds.sleep(60_000);
    stop.abort('any reason');
    await expect(sleeping).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(() => bounds.check()).toThrow(expect.objectContaining({ code: 'CANCELLED' }));
  });

  test('ends with the fault that the station gives as a reason', async () => {
    const stop = new AbortController();
    const sleeping = new Bounds(systemClock(), stop.signal).sleep(60_000);
    stop.abort(new Fault('HOST_HUNG', { host: 3 }));
    await expect(sleeping).rejects.toMatchObject({ code: 'HOST_HUNG', details: { host: 3 } });
  });

  test('ends with BOARD_SLOW at the deadline of the phase, not after the sleep', async () => {
    const bounds = new Bounds(systemClock(), new AbortController().signal);
    bounds.enter(5);
    await expect(bounds.sleep(60_000)).rejects.toMatchObject({ code: 'BOARD_SLOW', details: { limitMs: 5 } });
  });

  test('ends early and without a fault when there is something to look at', async () => {
    const wake = new AbortController();
    const sleeping = new Bounds(systemClock(), new AbortController().signal).sleep(60_000, wake.signal);
    wake.abort();
    await expect(sleeping).resolves.toBeUndefined();
  });

  test('ends for a call that never settles', async () => {
    const bounds = new Bounds(systemClock(), new AbortController().signal);
    await expect(bounds.guard(never, 5, hung)).rejects.toMatchObject({ code: 'BOARD_SILENT' });
  });

  test('does not give a call up too early under a clock that does not wait', async () => {
    const bounds = new Bounds(systemClock(0), new AbortController().signal);
    const slow = new Promise((resolve) => setTimeout(resolve, 20, 'done'));
    await expect(bounds.guard(slow, 500, hung)).resolves.toBe('done');
  });
});
