import type { PhaseName, PhaseRecord } from '@flashline/contracts';
import type { Share, Shares } from '../plan/shares.ts';
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
const NOTHING: Share = { ms: 0, bytes: 0 };

/** Runs the phases of an attempt one after the other, and keeps what became of them. */
export class PhaseTrack {
  readonly records: PhaseRecord[] = [];
  readonly #bounds: Bounds;
  readonly #onProgress: (progress: Progress) => void;
  #shares: Shares = {};
  #totalMs = Number.POSITIVE_INFINITY;
  #doneMs = 0;
  #fraction = 0;

  constructor(bounds: Bounds, onProgress: (progress: Progress) => void) {
    this.#bounds = bounds;
    this.#onProgress = onProgress;
  }

  /** What is to come, as far as it is known now; until something is, the fraction stays 0. */
  expect(shares: Shares): void {
    this.#shares = { ...this.#shares, ...shares };
    const toCome = Object.entries(this.#shares).filter(([name]) =>
      this.records.every((record) => record.name !== name),
    );
    this.#totalMs = this.#doneMs + toCome.reduce((sum, [, { ms }]) => sum + ms, 0);
  }

  /** Runs one phase under its deadline. What it throws becomes a Fault that names the phase; it is recorded either way. */
  async run<T>(name: PhaseName, limitMs: number, work: (onBytes: OnBytes) => Promise<T> | T): Promise<T> {
    const { clock } = this.#bounds;
    const beganMs = clock.now();
    let bytesDone = 0;
    const onBytes = (count: number) => {
      bytesDone += count;
      const { ms, bytes } = this.#shares[name] ?? NOTHING;
      this.#report(name, this.#doneMs + ms * Math.min(1, bytes === 0 ? 0 : bytesDone / bytes), FRACTION_STEP);
    };
    try {
      this.#report(name, this.#doneMs, 0);
      this.#bounds.enter(limitMs);
      const result = await work(onBytes);
      this.#doneMs += this.#shares[name]?.ms ?? 0;
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
