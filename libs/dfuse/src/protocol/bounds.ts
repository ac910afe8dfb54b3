import { Fault } from '@flashline/contracts';
import type { Clock } from '../port.ts';

/** Given as a reason because an abort without one makes a DOMException with its stack: half the cost of a transfer. */
const SETTLED = 'settled';
const LAST_LOOK_MS = 500;

/** What ends waiting in an attempt: a person or the station (the signal), the deadline of the phase, a watchdog for one call. */
export class Bounds {
  readonly clock: Clock;
  readonly #signal: AbortSignal;
  #limitMs = Number.POSITIVE_INFINITY;
  #endsAtMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, signal: AbortSignal) {
    this.clock = clock;
    this.#signal = signal;
  }

  /** Starts the deadline of a phase. Throws what `check` throws. */
  enter(limitMs: number): void {
    this.#limitMs = limitMs;
    this.#endsAtMs = this.clock.now() + limitMs;
    this.check();
  }

  /** Throws the fault that the attempt was stopped with, CANCELLED, or BOARD_SLOW after the deadline. */
  check(): void {
    if (this.#signal.aborted) throw stopFault(this.#signal.reason);
    if (this.clock.now() >= this.#endsAtMs) throw new Fault('BOARD_SLOW', { limitMs: this.#limitMs });
  }

  /** Sleeps, but not past the deadline; ends early without an error when `wake` is aborted. Throws what `check` throws. */
  async sleep(ms: number, wake?: AbortSignal): Promise<void> {
    this.check();
    const ends = wake === undefined ? this.#signal : AbortSignal.any([this.#signal, wake]);
    try {
      await this.clock.sleep(Math.min(ms, this.#endsAtMs - this.clock.now()), ends);
    } catch (thrown) {
      if (!ends.aborted) throw thrown;
    }
    this.check();
  }

  /** Waits for `work`, at most `limitMs`; then calls `onHang` and rejects with what it returns. Neither signal nor deadline ends it. */
  async guard<T>(work: Promise<T>, limitMs: number, onHang: () => Fault): Promise<T> {
    const done = new AbortController();
    try {
      return await Promise.race([work, this.#hangs(limitMs, done.signal).then(() => Promise.reject(onHang()))]);
    } finally {
      done.abort(SETTLED);
    }
  }

  /**
   * Counts by `now`, so a clock whose sleeps are cut short does not bark too early. And when this computer slept or was too busy to
   * look, what came in time is still to be read.
   */
  async #hangs(limitMs: number, done: AbortSignal): Promise<void> {
    const endsAtMs = this.clock.now() + limitMs;
    for (let leftMs = limitMs; leftMs > 0; leftMs = endsAtMs - this.clock.now()) await this.clock.sleep(leftMs, done);
    await this.clock.sleep(LAST_LOOK_MS, done);
  }
}

function stopFault(reason: unknown): Fault {
  return reason instanceof Fault ? reason : new Fault('CANCELLED');
}
