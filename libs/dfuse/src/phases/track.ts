import type { PhaseName, PhaseRecord } from '@flashline/contracts';
import type { FlashPlan } from '../plan.ts';
import type { Bounds } from '../protocol/bounds.ts';
import { faultAt } from '../protocol/trouble.ts';
import type { OnBytes } from './program.ts';

/** How far an attempt is. Never falls, and never reaches 1: the last percent is the committed record. */
export interface Progress {
  readonly phase: PhaseName;
  readonly fraction: number;
}

const FRACTION_MAX = 0.99;
/** Steps too small to see are not reported. */
const FRACTION_STEP = 0.005;

/** What a phase costs on an F405, for a bar that moves evenly: milliseconds once, and per KiB. */
const COST = {
  identify: { onceMs: 50, perKibMs: 0 },
  plan: { onceMs: 0, perKibMs: 0 },
  erase: { onceMs: 0, perKibMs: 9 },
  write: { onceMs: 0, perKibMs: 24 },
  verify: { onceMs: 0, perKibMs: 2.5 },
  lock: { onceMs: 0, perKibMs: 0 },
  leave: { onceMs: 20, perKibMs: 0 },
  confirm: { onceMs: 1_000, perKibMs: 0 },
} as const satisfies Record<PhaseName, { onceMs: number; perKibMs: number }>;

/** Runs the phases of an attempt one after the other, and keeps what became of them. */
export class PhaseTrack {
  readonly records: PhaseRecord[] = [];
  readonly #bounds: Bounds;
  readonly #onProgress: (progress: Progress) => void;
  #totalMs = Number.POSITIVE_INFINITY;
  #doneMs = 0;
  #fraction = 0;

  constructor(bounds: Bounds, onProgress: (progress: Progress) => void) {
    this.#bounds = bounds;
    this.#onProgress = onProgress;
  }

  /** Now it is known how much there is to do; until then the fraction stays 0. */
  expect(plan: FlashPlan, willLeave: boolean): void {
    const workMs =
      costMs('erase', plan.eraseBytes) + costMs('write', plan.bytes) + costMs('verify', plan.bytes) + this.#doneMs;
    this.#totalMs = workMs + (willLeave ? costMs('leave') + costMs('confirm') : 0);
  }

  /** Runs one phase under its deadline. What it throws becomes a Fault that names the phase; it is recorded either way. */
  async run<T>(name: PhaseName, limitMs: number, work: (onBytes: OnBytes) => Promise<T> | T): Promise<T> {
    const { clock } = this.#bounds;
    const beganMs = clock.now();
    let bytesDone = 0;
    const onBytes = (count: number) => {
      bytesDone += count;
      this.#report(name, this.#doneMs + costMs(name, bytesDone), FRACTION_STEP);
    };
    try {
      this.#report(name, this.#doneMs, 0);
      this.#bounds.enter(limitMs);
      const result = await work(onBytes);
      this.#doneMs += costMs(name, bytesDone);
      return result;
    } catch (thrown) {
      throw faultAt(thrown, { phase: name });
    } finally {
      this.records.push({ name, ms: clock.now() - beganMs, bytes: bytesDone });
    }
  }

  #report(phase: PhaseName, doneMs: number, leastStep: number): void {
    const fraction = Math.min(FRACTION_MAX, (FRACTION_MAX * doneMs) / this.#totalMs);
    if (fraction < this.#fraction + leastStep) return;
    this.#fraction = fraction;
    this.#onProgress({ phase, fraction });
  }
}

function costMs(phase: PhaseName, bytes = 0): number {
  return COST[phase].onceMs + (bytes / 1024) * COST[phase].perKibMs;
}
