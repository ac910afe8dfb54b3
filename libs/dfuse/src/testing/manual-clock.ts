import type { Clock } from '../port.ts';

/** Time that passes when a test says so, or when someone sleeps: then at once. Only for one sleeper at a time. */
export class ManualClock implements Clock {
  /** How long everyone slept, in milliseconds. */
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
    this.slept.push(ms);
    this.pass(ms);
  }
}
