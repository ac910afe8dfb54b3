import type { Clock } from './port.ts';

/** The longest delay that a timer of Node takes; longer ones fire at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/**
 * The monotonic time of this computer, in milliseconds. `speed` multiplies every sleep, and `now` runs faster to match: at 0.1 a
 * sleep of 100 takes 10 and moves `now` by 100. At 0 a sleep only gives way to what is ready, and `now` is real time.
 */
export function systemClock(speed = 1): Clock {
  if (speed === 0) return { now: () => performance.now(), sleep: (_ms, signal) => giveWay(signal) };
  return {
    now: () => performance.now() / speed,
    sleep: (ms, signal) => sleepUntil(performance.now() + ms * speed, signal),
  };
}

async function giveWay(signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await new Promise((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}

function sleepUntil(dueMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    let timer: NodeJS.Timeout;
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const arm = () => {
      // Timers of Node count whole milliseconds from a cached time and may fire early; a poll timeout is a minimum.
      const leftMs = dueMs - performance.now();
      if (leftMs > 0) {
        timer = setTimeout(arm, Math.min(leftMs, TIMER_MS_MAX));
        return;
      }
      signal?.removeEventListener('abort', onAbort);
      resolve();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    arm();
  });
}
