import type { End } from '../slots/aftermath.ts';

/** The station looks this often without a hint. */
export const RESCAN_MS = 1000;
/** Nothing that left comes back by itself after so long. */
export const NEVER_BACK_MS = 60_000 + RESCAN_MS;

/** How an attempt ends that finds its board gone, finds another, or is stopped. */
export const ERROR: End = { outcome: 'error', fault: 'BOARD_GONE', resets: false, cameUp: false };
export const OTHER_THERE: End = { ...ERROR, fault: 'SEATING_ENDED' };
export const STOP: End = { ...ERROR, outcome: 'aborted', fault: 'CANCELLED' };

/** How a board runs. */
export type Mode = 'dfu' | 'application';

/** A hand pulls what is there and plugs another board in. */
export interface Swap {
  readonly do: 'swap';
  readonly mode: Mode;
  /** Its firmware is no serial port, as that of a keyboard. */
  readonly isMute: boolean;
  readonly gapMs: number;
}

/** A board in its bootloader drops off, and is in it again. */
export interface Reset {
  readonly do: 'reset';
  readonly awayMs: number;
}

/** What becomes of a board in its bootloader that is worked on. */
export interface Work {
  readonly end: End;
  /** How long it is away each time that it resets in mid-work. */
  readonly resetsMs: readonly number[];
  readonly upAfterMs: number;
  readonly loaderMs: number;
  readonly keptAfterMs: number;
}

/** How late things are known, from now on. */
export interface Delay {
  /** The slot hears so late of the looks at its port. */
  readonly lagMs: number;
  /** The USB library shows so late what comes; the kernel has it at once. */
  readonly lateMs: number;
}

/** What may happen on a port, one after the other. */
export type Step =
  | { readonly do: 'wait'; readonly ms: number }
  | Swap
  /** Works on a board in its bootloader. */
  | ({ readonly do: 'flash' } & Work)
  /** Asks a board that runs; it obeys after so long, or is given up. One that has obeyed is worked on when its turn comes. */
  | {
      readonly do: 'ask';
      readonly obeysAfterMs: number;
      readonly awayMs: number;
      readonly givenUpAfterMs: number;
      /** What happens before its turn comes. */
      readonly meanwhile: Swap | Reset | null;
      readonly work: Work;
    }
  /** Firmware restarts by itself, through a loader where that takes any time. */
  | { readonly do: 'restart'; readonly awayMs: number; readonly loaderMs: number }
  /** A board that waits is worked on by itself for as long as it may be, and drops off each time. */
  | { readonly do: 'brown out'; readonly awayMs: number; readonly keptAfterMs: number }
  /** The hub drops off with its board, which may start anew when its hub is back: in its bootloader if its jumper is set. */
  | { readonly do: 'drop hub'; readonly offMs: number; readonly upAfterMs: number; readonly isJumperSet: boolean }
  /** The station starts again, and sees what is behind slow hubs later. */
  | { readonly do: 'restart station'; readonly missesMs: number }
  | ({ readonly do: 'delay' } & Delay)
  /** One look at the port finds nothing, whatever is there. */
  | { readonly do: 'miss' }
  /** A hand pulls what is there and plugs in a memory stick. */
  | { readonly do: 'plug stick'; readonly gapMs: number };
