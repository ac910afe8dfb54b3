import type { Time } from '../time.ts';

interface Timer {
  dueMs: number;
  readonly periodMs: number | null;
  readonly task: () => void;
}

/** Time that stands still until a test moves it. */
export class ManualTime implements Time {
  readonly #startMs = Date.parse('2026-01-31T08:00:00.000Z');
  readonly #timers = new Set<Timer>();
  #nowMs = 0;

  epochMs = (): number => this.#startMs + this.#nowMs;
  monotonicMs = (): number => this.#nowMs;
  after = (delayMs: number, task: () => void) => this.#add({ dueMs: this.#nowMs + delayMs, periodMs: null, task });
  every = (periodMs: number, task: () => void) => this.#add({ dueMs: this.#nowMs + periodMs, periodMs, task });

  /** Timers that have not been cancelled and are not done. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves time on, running what becomes due in its order. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (let timer = this.#next(endMs); timer !== undefined; timer = this.#next(endMs)) {
      this.#nowMs = timer.dueMs;
      if (timer.periodMs === null) this.#timers.delete(timer);
      else timer.dueMs += timer.periodMs;
      timer.task();
    }
    this.#nowMs = endMs;
  }

  #next(endMs: number): Timer | undefined {
    return [...this.#timers].filter(({ dueMs }) => dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)[0];
  }

  #add(timer: Timer) {
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }
}
