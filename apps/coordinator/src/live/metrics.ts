import type { Attempt, Slot } from '@flashline/contracts';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds; from a blank board of a few kilobytes to two megabytes at honest polls. */
const DURATION_BUCKETS_S = [0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300];

/** Counters for Prometheus. Simulated boards carry a label of their own: they never count as production. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #attempts = new Counter({
    name: 'flashline_attempts_total',
    help: 'Recorded attempts since the coordinator started.',
    labelNames: ['station', 'outcome', 'fault', 'simulated'],
    registers: [this.#registry],
  });
  readonly #durations = new Histogram({
    name: 'flashline_attempt_duration_seconds',
    help: 'How long recorded attempts took.',
    labelNames: ['station', 'outcome', 'simulated'],
    buckets: DURATION_BUCKETS_S,
    registers: [this.#registry],
  });

  constructor(slots: () => readonly Slot[]) {
    new Gauge({
      name: 'flashline_slots',
      help: 'Slots by what they are doing.',
      labelNames: ['station', 'state'],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const { station, state } of slots()) this.inc({ station, state: state.is });
      },
    });
  }

  recorded({ station, simulated, result }: Attempt): void {
    if (result === null) return;
    const labels = { station, outcome: result.outcome, simulated: String(simulated) };
    this.#attempts.inc({ ...labels, fault: result.fault ?? '' });
    this.#durations.observe(labels, result.durationMs / 1000);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Everything in the text format of Prometheus. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
