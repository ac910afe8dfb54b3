import type { Clock } from '@flashline/contracts';

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

/** Time that stands still while anything is busy, and jumps to the next sleeper when nothing is. */
export class JumpingClock implements Clock {
  #now = 0;
  readonly #sleepers = new Set<Sleeper>();

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const sleeper = { due: this.#now + Math.max(0, ms), wake: resolve };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason as Error);
      });
      setImmediate(() => this.#wakeNext());
    });
  }

  #wakeNext(): void {
    const next = [...this.#sleepers].sort((a, b) => a.due - b.due)[0];
    if (!next) return;
    this.#sleepers.delete(next);
    this.#now = Math.max(this.#now, next.due);
    next.wake();
  }
}
