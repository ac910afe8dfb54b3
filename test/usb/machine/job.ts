import type { Part } from '@flashline/contracts';

/** One program to run in the machine. */
export interface Scenario {
  /** Its file below scenarios/, without .ts. */
  readonly name: string;
  readonly says: string;
  readonly limitSeconds: number;
  /** It takes times. */
  readonly isTimed?: true;
  /** It works on the station that such scenarios share, and leaves it well for the next. */
  readonly onStation?: true;
}

/** What a scenario finds when its turn has come: JSON on its stdin. */
export interface Turn {
  readonly boards: Boards;
  /** Null for a scenario that does not work on it. */
  readonly station: StationHandle | null;
}

/** The station that scenarios share, as a scenario is told of it. */
export interface StationHandle {
  readonly url: string;
  readonly pid: number;
  /** Its records. */
  readonly folder: string;
  /** Appears when it has ended: a line with its exit code, and what it said on stderr. */
  readonly exitFile: string;
}

/** What the machine is to do: `job.json` in the folder that it shares with the computer outside. */
export interface Job {
  readonly scenarios: readonly Scenario[];
  /** Where their programs are. */
  readonly programs: string;
  readonly boards: Boards;
}

/** What a scenario is told about the boards outside. */
export interface Boards {
  /** TCP port of the bench, for the hands that plug and pull. */
  readonly benchPort: number;
  /** TCP port of the USB/IP server. */
  readonly usbipPort: number;
  /** `config/parts.yaml`, read outside: that takes seconds under emulation. */
  readonly parts: readonly Part[];
}

/** Where the machine sees the loopback of the computer outside (QEMU's user network). */
export const OUTSIDE = '10.0.2.2';
/** Where the machine has the shared folder. */
export const SHARED = '/run/flashline';
export const JOB_FILE = 'job.json';
export const EVENTS_FILE = 'events.jsonl';

/** What the machine tells while it runs, one JSON line each in `events.jsonl` of the shared folder. */
export type MachineEvent =
  | { readonly on: 'up'; readonly kernel: string; readonly seconds: number }
  | { readonly on: 'started'; readonly name: string }
  | ({ readonly on: 'ended' } & Ended);

/**
 * How a scenario ended. Its output is in `NAME.out` and `NAME.err`, what the kernel said meanwhile in `NAME.dmesg`, and the log of the
 * station on which it failed in `NAME.log`.
 */
export interface Ended {
  readonly name: string;
  readonly seconds: number;
  readonly exitCode: number | null;
  readonly signal: string | null;
}
