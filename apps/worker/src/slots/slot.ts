import type { BoardIdentity, Seating } from '@flashline/contracts';
import type { BusDevice } from '@flashline/dfuse';
import type { Aftermath, End } from './aftermath.ts';
import type { Look, Sight } from './sight.ts';

/** One slot as the worker follows it. */
export type SlotState =
  | { readonly is: 'empty' }
  | Remembered
  | Waiting
  /** Asked into its bootloader. Nothing has been done to it, so nothing is journalled. */
  | InWork<'entering'>
  | InWork<'running'>
  /** The attempt has ended, and its result is not kept yet: the slot stays busy. */
  | { readonly is: 'keeping'; readonly ended: Ended; readonly successor: SlotState | null }
  | Ended;

/** A seating that had an attempt before the worker was restarted; what is seen first on its port tells whether it is still there. */
export interface Remembered {
  readonly is: 'remembered';
  readonly seating: Seating;
  readonly attemptId: string;
  /** Where it was seen last; null when that says nothing any more. */
  readonly address: number | null;
  readonly hasPassed: boolean;
  /** Since when the bus is looked at, or a hub on the way last left or came back, in monotonic milliseconds; null before. */
  readonly lookedSinceMs: number | null;
}

/** A board without an attempt, or a stranger, which is none. It stays known out of sight while it may come back by itself. */
export interface Waiting extends Past {
  readonly is: 'waiting';
  readonly seating: Seating;
  readonly sight: Sight;
}

/** What ended on a port before a board came there. */
export interface Past {
  /** The attempt whose board it may be; null for a board that is to be worked on like any other. */
  readonly perhapsOf: string | null;
  readonly tries: Tries;
}

/** The attempts in a row, the last one last, that began by themselves on what may be this board; none of them has passed. */
export type Tries = readonly string[];

interface InWork<Is extends 'entering' | 'running'> {
  readonly is: Is;
  readonly seating: Seating;
  readonly attemptId: string;
  readonly sight: Sight;
  /** With this one. */
  readonly tries: Tries;
  /**
   * The slot as it would be if this attempt had never been. Null when a board that may have had an attempt before was asked for this
   * one: it is in its bootloader, or on its way there, and only this attempt knows why.
   */
  readonly otherwise: SlotState | null;
}

/** A board whose attempt has ended, there or pulled. */
export interface Ended {
  readonly is: 'ended';
  readonly seating: Seating;
  readonly attemptId: string;
  readonly aftermath: Aftermath;
  /** When it ended, or a stranger left that may be the loader of its firmware. Monotonic milliseconds. */
  readonly dueFromMs: number;
  /** Its firmware was on its port when it ended, and no look has shown that yet. */
  readonly cameUp: boolean;
  readonly sight: Sight;
  /** What its firmware said of itself since; null while it has not been seen running. */
  readonly ranAs: BoardIdentity | null;
  readonly tries: Tries;
}

/** The seating that begins if what is on the port turns out to be another board. */
export interface Newcomer {
  readonly moment: string;
  readonly seatingId: string;
}

export type SlotEvent =
  /** What a scan found on the port. */
  | (Look & Newcomer & { readonly on: 'scanned' })
  | { readonly on: 'asked'; readonly attemptId: string }
  /** Whoever works on the board met it there: it is at another address after each reset. */
  | { readonly on: 'met'; readonly attemptId: string; readonly device: BusDevice; readonly nowMs: number }
  /** The board that is worked on is this one, whatever it said of itself before it was asked. */
  | { readonly on: 'begun'; readonly attemptId: string; readonly device: BusDevice }
  | (Newcomer & { readonly on: 'ended'; readonly attemptId: string; readonly end: End; readonly nowMs: number })
  /** The result of the attempt is on the disk. */
  | { readonly on: 'kept'; readonly attemptId: string };

export type Scanned = Extract<SlotEvent, { on: 'scanned' }>;

export const EMPTY: SlotState = { is: 'empty' };
