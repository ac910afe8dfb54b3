import type { BoardIdentity, Seating } from '@flashline/contracts';
import type { BusDevice } from '@flashline/dfuse';
import { type Aftermath, aftermathOf, type End } from './aftermath.ts';
import {
  contradicts,
  ENUMERATED_MS_MAX,
  firmwareOf,
  hasOtherSerial,
  identityOf,
  isDroppedOff,
  mayBeBack,
  wasPulled,
  wasSwapped,
  whoseIs,
} from './same-board.ts';
import { gapBefore, LONG_EMPTY, type Look, looked, type Sight, sameDevice, sightOf, stillToCome } from './sight.ts';

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
interface Remembered {
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
interface Waiting extends Past {
  readonly is: 'waiting';
  readonly seating: Seating;
  readonly sight: Sight;
}

/** What ended on a port before a board came there. */
interface Past {
  /** The attempt whose board it may be; null for a board that is to be worked on like any other. */
  readonly perhapsOf: string | null;
  /** How many attempts in a row began by themselves on what may be this board; none of them has passed. */
  readonly tries: number;
}

interface InWork<Is extends 'entering' | 'running'> {
  readonly is: Is;
  readonly seating: Seating;
  readonly attemptId: string;
  readonly sight: Sight;
  /** With this one. */
  readonly tries: number;
}

/** A board whose attempt has ended, there or pulled. */
export interface Ended {
  readonly is: 'ended';
  readonly seating: Seating;
  readonly attemptId: string;
  readonly aftermath: Aftermath;
  /** When it ended, or a stranger left that may be the loader of its firmware. Monotonic milliseconds. */
  readonly dueFromMs: number;
  /** Its firmware was on its port when it ended, whether a scan has shown that yet or not. */
  readonly cameUp: boolean;
  readonly sight: Sight;
  /** What its firmware said of itself since; null while it has not been seen running. */
  readonly ranAs: BoardIdentity | null;
  /** How many attempts in a row began by themselves on what may be this board; none of them has passed. */
  readonly tries: number;
}

export type SlotEvent =
  /** What a scan found on the port. `seatingId` is used if this turns out to be a new seating. */
  | (Look & { readonly on: 'scanned'; readonly moment: string; readonly seatingId: string })
  | { readonly on: 'asked'; readonly attemptId: string }
  /** The board that is worked on is the one in its bootloader, whatever it said of itself before it was asked. */
  | { readonly on: 'begun'; readonly attemptId: string; readonly device: BusDevice; readonly nowMs: number }
  | { readonly on: 'ended'; readonly attemptId: string; readonly end: End; readonly nowMs: number }
  /** The result of the attempt is on the disk. */
  | { readonly on: 'kept'; readonly attemptId: string };

type Scanned = Extract<SlotEvent, { on: 'scanned' }>;

export const EMPTY: SlotState = { is: 'empty' };

/** Pure. Operators pull boards whenever they like, so every slot has an answer to every event. */
export function next(slot: SlotState, event: SlotEvent): SlotState {
  switch (event.on) {
    case 'scanned':
      return scanned(slot, event);
    case 'asked':
      return asked(slot, event);
    case 'begun':
      return begun(slot, event);
    case 'ended':
      return ended(slot, event);
    case 'kept':
      return slot.is === 'keeping' && slot.ended.attemptId === event.attemptId ? (slot.successor ?? slot.ended) : slot;
    default:
      return event satisfies never;
  }
}

/** The tries with an attempt that begins now. On a board that has had one, or may have had one, it begins because a person says so. */
function triesWith(slot: Waiting | Ended): number {
  return slot.is === 'waiting' && slot.perhapsOf === null ? slot.tries + 1 : 0;
}

function isFree(slot: SlotState): slot is Waiting | Ended {
  return slot.is === 'waiting' || slot.is === 'ended';
}

/** A board that is worked on is followed anew. */
function asked(slot: SlotState, { attemptId }: Extract<SlotEvent, { on: 'asked' }>): SlotState {
  if (!isFree(slot)) return slot;
  const { seating, sight } = slot;
  return { is: 'entering', seating, attemptId, sight: { ...sight, gap: null }, tries: triesWith(slot) };
}

function begun(slot: SlotState, { attemptId, device, nowMs }: Extract<SlotEvent, { on: 'begun' }>): SlotState {
  if (!isFree(slot) && !(slot.is === 'entering' && slot.attemptId === attemptId)) return slot;
  const seating = { ...slot.seating, board: identityOf(device) };
  const tries = slot.is === 'entering' ? slot.tries : triesWith(slot);
  return { is: 'running', seating, attemptId, sight: sightOf(device, nowMs), tries };
}

function ended(slot: SlotState, { attemptId, end, nowMs }: Extract<SlotEvent, { on: 'ended' }>): SlotState {
  if ((slot.is !== 'running' && slot.is !== 'entering') || slot.attemptId !== attemptId) return slot;
  const { seating, sight } = slot;
  const aftermath = slot.is === 'entering' ? 'asked' : aftermathOf(end);
  const { cameUp } = end;
  const tries = end.outcome === 'pass' ? 0 : slot.tries;
  const after: Ended = {
    is: 'ended',
    seating,
    attemptId,
    aftermath,
    dueFromMs: nowMs,
    cameUp,
    sight,
    ranAs: null,
    tries,
  };
  const board = isItsBoard(after)
    ? { ...after, ranAs: firmwareOf(sight.device) }
    : // It has come while the attempt was still ending: the next scan finds it.
      { ...after, sight: stillToCome(sight) };
  return { is: 'keeping', ended: board, successor: null };
}

/** Whether what is on the port at the end of an attempt is its board. */
function isItsBoard(after: Ended): boolean {
  const { aftermath, seating, dueFromMs } = after;
  const { device, gap } = after.sight;
  if (device === null || gap === null) return true;
  // The engine met it after every reset, and waited for its firmware while the slot said to leave it in.
  if (aftermath === 'stayed') return device.mode !== 'dfu' || !contradicts(seating.board, device);
  if (aftermath === 'left' && device.mode !== 'dfu') return true;
  return whoseIs(after, { device, gap, nowMs: dueFromMs, unseenMs: 0 }) === 'same';
}

function scanned(slot: SlotState, event: Scanned): SlotState {
  switch (slot.is) {
    case 'empty':
      return arrived(event);
    case 'remembered':
      return scannedAfterARestart(slot, event);
    case 'waiting':
      return scannedWaiting(slot, event);
    // Entering and leaving the bootloader look like being pulled. While an attempt runs, only its result decides.
    case 'entering':
    case 'running': {
      const sight = looked(slot.sight, event);
      return sight === slot.sight ? slot : { ...slot, sight };
    }
    case 'keeping':
      return scannedWhileKeeping(slot, event);
    case 'ended':
      return scannedAfterTheEnd(slot, event);
    default:
      return slot satisfies never;
  }
}

function scannedWaiting(slot: Waiting, event: Scanned): SlotState {
  const sight = looked(slot.sight, event);
  if (sight === slot.sight) return slot;
  const { perhapsOf, tries } = slot;
  const { device } = event;
  if (sameDevice(slot.sight.device, device)) return { ...slot, sight };
  // Nothing is lost by forgetting it: what comes is worked on anyway.
  if (device === null) return perhapsOf === null && tries === 0 ? EMPTY : { ...slot, sight };
  // It enumerated anew: perhaps another board, and nothing is lost by calling it so.
  if (perhapsOf === null) return arrived(event, { perhapsOf, tries: triesOf(slot, event) });
  if (isAnotherThan(slot, device, event)) return arrived(event);
  // A board that comes up behind a stranger is seated now.
  return slot.sight.device?.mode === 'other' ? arrived(event, { perhapsOf, tries }) : { ...slot, sight };
}

/** A board that may have been another before is certainly one when it was pulled and did not come back by itself. */
function isAnotherThan({ seating: { board }, sight, tries }: Waiting, device: BusDevice, look: Look): boolean {
  const gap = gapBefore(sight, look);
  if (!wasPulled(gap)) return false;
  if (mayBeBack({ gap, nowMs: look.nowMs }, tries)) return hasOtherSerial(board, device);
  return device.mode === 'dfu' || wasSwapped(board, device, gap);
}

/** The tries that may have been on what comes now. */
function triesOf({ seating, sight, tries }: Waiting | Ended, event: Scanned): number {
  const { device } = event;
  const isPerhaps = device !== null && isDroppedOff(gapBefore(sight, event)) && !hasOtherSerial(seating.board, device);
  return isPerhaps ? tries : 0;
}

function scannedAfterTheEnd(slot: Ended, event: Scanned): SlotState {
  const { ranAs, attemptId } = slot;
  const { device, nowMs } = event;
  const sight = looked(slot.sight, event);
  if (sight === slot.sight) return slot;
  if (sameDevice(slot.sight.device, device)) return { ...slot, sight };
  if (device === null)
    return { ...slot, sight, dueFromMs: slot.sight.device?.mode === 'other' ? nowMs : slot.dueFromMs };
  const whose = whoseIs(slot, { device, gap: gapBefore(slot.sight, event), nowMs, unseenMs: event.unseenMs });
  switch (whose) {
    case 'same':
      return { ...slot, sight, ranAs: firmwareOf(device) ?? ranAs };
    case 'another':
      return arrived(event, { perhapsOf: null, tries: triesOf(slot, event) });
    case 'unsure':
      return arrived(event, { perhapsOf: attemptId, tries: triesOf(slot, event) });
    default:
      return whose satisfies never;
  }
}

/** Who comes meanwhile has to wait until the slot is free. */
function scannedWhileKeeping(slot: Extract<SlotState, { is: 'keeping' }>, event: Scanned): SlotState {
  if (slot.successor !== null) return { ...slot, successor: scanned(slot.successor, event) };
  const after = scannedAfterTheEnd(slot.ended, event);
  if (after === slot.ended) return slot;
  return after.is === 'ended' ? { ...slot, ended: after } : { ...slot, successor: after };
}

/**
 * A board that kept its USB address never left. Any other that is there may have come while nobody looked, or have been there all
 * along: computers that restart give new addresses. One that has passed had left its bootloader.
 */
function scannedAfterARestart(slot: Remembered, event: Scanned): SlotState {
  const { seating, attemptId, address, hasPassed, lookedSinceMs } = slot;
  const { device, nowMs } = event;
  const sinceMs = event.hubMoved ? nowMs : (lookedSinceMs ?? nowMs);
  // Its hub may still be on its way, or the kernel busy with the boards before it.
  if (device === null && nowMs - sinceMs <= ENUMERATED_MS_MAX)
    return sinceMs === lookedSinceMs ? slot : { ...slot, lookedSinceMs: sinceMs };
  const aftermath = hasPassed ? 'left' : 'stayed';
  const gone: Ended = {
    is: 'ended',
    seating,
    attemptId,
    aftermath,
    dueFromMs: Number.NEGATIVE_INFINITY,
    cameUp: false,
    sight: LONG_EMPTY,
    ranAs: null,
    tries: 0,
  };
  if (device === null) return gone;
  if (device.mode === 'dfu' && (hasPassed || contradicts(seating.board, device))) return arrived(event);
  if (device.address !== address) return arrived(event, { perhapsOf: attemptId, tries: 0 });
  return { ...gone, sight: sightOf(device, nowMs), ranAs: firmwareOf(device) };
}

const NO_PAST: Past = { perhapsOf: null, tries: 0 };

function arrived({ device, nowMs, moment, seatingId }: Scanned, past = NO_PAST): SlotState {
  if (device === null) return EMPTY;
  const seating = { id: seatingId, since: moment, board: identityOf(device) };
  return { is: 'waiting', seating, sight: sightOf(device, nowMs), ...past };
}
