import { setImmediate } from 'node:timers/promises';
import type { Clock } from '@flashline/dfuse';

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

/** Time that passes only when a test says so. */
export class ManualClock implements Clock {
  #nowMs = 0;
  readonly #sleepers = new Set<Sleeper>();

  now(): number {
    return this.#nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const sleeper = { dueMs: this.#nowMs + ms, wake: resolve };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason);
      });
    });
  }

  get sleepers(): number {
    return this.#sleepers.size;
  }

  /** Lets time pass, from one sleeper to the next, until `work` has settled; then settles as it did. */
  async until<T>(work: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = () => {
      isSettled = true;
    };
    work.then(settle, settle);
    for (;;) {
      await setImmediate();
      if (isSettled) return work;
      this.#wakeNext();
    }
  }

  #wakeNext(): void {
    const [next] = [...this.#sleepers].sort((a, b) => a.dueMs - b.dueMs);
    if (next === undefined) throw new Error('nothing will ever happen: nobody sleeps');
    this.#sleepers.delete(next);
    this.#nowMs = next.dueMs;
    next.wake();
  }
}
