import type { Clock } from '../port.ts';

/** Time that passes when a test says so, or when someone sleeps, as soon as nothing else is to be done. For one sleeper at a time. */
export class ManualClock implements Clock {
  /** How long everyone slept, in milliseconds; watchdogs that were called off did not. */
  readonly slept: number[] = [];
  #nowMs = 0;

  now(): number {
    return this.#nowMs;
  }

  pass(ms: number): void {
    this.#nowMs += ms;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    this.slept.push(ms);
    this.pass(ms);
  }
}
