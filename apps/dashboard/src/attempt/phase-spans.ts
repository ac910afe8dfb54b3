import type { PhaseRecord } from '@flashline/contracts';

/** Where a phase lies in its attempt, in percent of the whole. */
export interface PhaseSpan {
  readonly phase: PhaseRecord;
  readonly startPercent: number;
  readonly widthPercent: number;
}

/** Puts phases one after the other. The whole is at least `durationMs`: what no phase accounts for stays empty. */
export function phaseSpans(phases: readonly PhaseRecord[], durationMs: number): readonly PhaseSpan[] {
  const sumMs = phases.reduce((sum, { ms }) => sum + ms, 0);
  const wholeMs = Math.max(durationMs, sumMs);
  const percent = (ms: number): number => (wholeMs === 0 ? 0 : (ms * 100) / wholeMs);
  let beforeMs = 0;
  return phases.map((phase) => {
    const span = { phase, startPercent: percent(beforeMs), widthPercent: percent(phase.ms) };
    beforeMs += phase.ms;
    return span;
  });
}
