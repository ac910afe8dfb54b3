import type { Clock } from '@flashline/dfuse';

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

/** Time for tests: it stands still while anything is busy and jumps to the next sleeper when nothing is. */
export class VirtualClock implements Clock {
  #now = 0;
  #advancing = false;
  readonly #sleepers = new Set<Sleeper>();

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const onAbort = () => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason as Error);
      };
      const wake = () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const sleeper: Sleeper = { due: this.#now + Math.max(0, ms), wake };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#sleepers.add(sleeper);
      this.#advanceLater();
    });
  }

  /** Every microtask that is ready runs before a turn of the event loop: then all have gone to sleep that will. */
  #advanceLater(): void {
    if (this.#advancing) return;
    this.#advancing = true;
    setImmediate(() => {
      this.#advancing = false;
      this.#wakeNext();
      if (this.#sleepers.size > 0) this.#advanceLater();
    });
  }

  #wakeNext(): void {
    let next: Sleeper | undefined;
    for (const sleeper of this.#sleepers) if (!next || sleeper.due < next.due) next = sleeper;
    if (!next) return;
    this.#sleepers.delete(next);
    this.#now = Math.max(this.#now, next.due);
    next.wake();
  }
}
