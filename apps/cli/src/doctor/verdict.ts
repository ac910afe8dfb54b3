/** `unknown`: it could not be found out. `skipped`: it does not matter here and now. */
export type State = 'ok' | 'warn' | 'bad' | 'unknown' | 'skipped';

/** What a check found: one sentence for the person who meets it, and what to type or do, a line for each step. */
export interface Verdict {
  readonly state: State;
  readonly says: string;
  readonly do: readonly string[];
}

/** A verdict with the lasting name of its check. */
export interface Finding extends Verdict {
  readonly id: string;
}

const verdict =
  (state: State) =>
  (says: string, steps: readonly string[] = []): Verdict => ({ state, says, do: steps });

export const ok = verdict('ok');
export const warn = verdict('warn');
export const bad = verdict('bad');
export const unknown = verdict('unknown');
export const skipped = verdict('skipped');
