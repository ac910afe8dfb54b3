/** One program to run in the machine. */
export interface Scenario {
  /** Its file below scenarios/, without .ts. */
  readonly name: string;
  readonly says: string;
  readonly limitSeconds: number;
}

/** What the machine is to do: `job.json` in the folder that it shares with the computer outside. */
export interface Job {
  readonly scenarios: readonly Scenario[];
}

export const JOB_FILE = 'job.json';

/** What the machine tells while it runs, one JSON line each in `events.jsonl` of that folder. */
export type MachineEvent =
  | { readonly on: 'up'; readonly kernel: string; readonly seconds: number }
  | { readonly on: 'started'; readonly name: string }
  | ({ readonly on: 'ended' } & Ended);

/** How a scenario ended. Its output is in `NAME.out` and `NAME.err`, what the kernel said meanwhile in `NAME.dmesg`. */
export interface Ended {
  readonly name: string;
  readonly seconds: number;
  readonly exitCode: number | null;
  readonly signal: string | null;
}

export const EVENTS_FILE = 'events.jsonl';
