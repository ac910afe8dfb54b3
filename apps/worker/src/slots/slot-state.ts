import type { BenchState, BoardIdentity, Seating } from '@flashline/contracts';
import type { BusDevice } from '@flashline/dfuse';
import {
  contradicts,
  firmwareOf,
  identityOf,
  isAnother,
  PULLED_AFTER_MS,
  runsAnother,
  sameDevice,
} from './same-board.ts';

/** One slot as the worker follows it. */
export type SlotState =
  | { readonly is: 'empty' }
  /** A seating that had an attempt before the worker was restarted; the first scan tells whether it is still there. */
  | {
      readonly is: 'remembered';
      readonly seating: Seating;
      readonly attemptId: string;
      /** The address at which it was last in its bootloader. */
      readonly address: number;
      readonly hasPassed: boolean;
    }
  | { readonly is: 'stranger'; readonly device: BusDevice }
  | { readonly is: 'waiting'; readonly seating: Seating; readonly device: BusDevice }
  /** Asked into its bootloader. Nothing has been done to it, so nothing is journalled. */
  | {
      readonly is: 'entering';
      readonly seating: Seating;
      readonly attemptId: string;
      readonly device: BusDevice | null;
    }
  | {
      readonly is: 'running';
      readonly seating: Seating;
      readonly attemptId: string;
      readonly device: BusDevice | null;
      /** Monotonic time since which the port may have had no device; null while there is one. */
      readonly absentSinceMs: number | null;
      /** The longest that it may have had none. */
      readonly awayMs: number;
    }
  | {
      readonly is: 'ended';
      readonly seating: Seating;
      readonly attemptId: string;
      readonly device: BusDevice | null;
      /** As its event told. */
      readonly firmwareDueMs: number;
      readonly wasLost: boolean;
      /** What its firmware said of itself since; null while it has not been seen running. */
      readonly ranAs: BoardIdentity | null;
      /** Monotonic time at which the port was first seen without a device; null while there is one. */
      readonly absentSinceMs: number | null;
    };

export type SlotEvent =
  /** What a scan found on the port. `seatingId` is used if this turns out to be a new seating. */
  | {
      readonly on: 'scanned';
      readonly device: BusDevice | null;
      readonly nowMs: number;
      /** How long nobody had looked before this scan. */
      readonly unseenMs: number;
      readonly moment: string;
      readonly seatingId: string;
    }
  | { readonly on: 'asked'; readonly attemptId: string }
  /** The board that is worked on is the one in its bootloader, whatever it said of itself before it was asked. */
  | { readonly on: 'begun'; readonly attemptId: string; readonly device: BusDevice }
  | {
      readonly on: 'ended';
      readonly attemptId: string;
      readonly nowMs: number;
      /** So long after it left, firmware that comes up is this board's; 0 when it did not leave. */
      readonly firmwareDueMs: number;
      /** It ended because the board left, and nothing in it makes a board leave by itself. */
      readonly wasLost: boolean;
    };

export type Scanned = Extract<SlotEvent, { on: 'scanned' }>;
export type Ended = Extract<SlotState, { is: 'ended' }>;
type Running = Extract<SlotState, { is: 'running' }>;

export const EMPTY: SlotState = { is: 'empty' };

/** Pure. Operators pull boards whenever they like, so every slot has an answer to every event. */
export function next(slot: SlotState, event: SlotEvent): SlotState {
  switch (event.on) {
    case 'scanned':
      return scanned(slot, event);
    case 'asked':
      if (slot.is !== 'waiting' && slot.is !== 'ended') return slot;
      return { is: 'entering', seating: slot.seating, attemptId: event.attemptId, device: slot.device };
    case 'begun':
      return begun(slot, event);
    case 'ended':
      return ended(slot, event);
    default:
      return event satisfies never;
  }
}

function begun(slot: SlotState, { attemptId, device }: Extract<SlotEvent, { on: 'begun' }>): SlotState {
  const isFree = slot.is === 'waiting' || slot.is === 'ended';
  if (!isFree && !(slot.is === 'entering' && slot.attemptId === attemptId)) return slot;
  const seating = { ...slot.seating, board: identityOf(device) };
  return { is: 'running', seating, attemptId, device, absentSinceMs: null, awayMs: 0 };
}

function ended(
  slot: SlotState,
  { attemptId, firmwareDueMs, wasLost, nowMs }: Extract<SlotEvent, { on: 'ended' }>,
): SlotState {
  if ((slot.is !== 'running' && slot.is !== 'entering') || slot.attemptId !== attemptId) return slot;
  const { seating } = slot;
  const isPulled = wasLost && slot.is === 'running' && awayFor(slot, nowMs) >= PULLED_AFTER_MS;
  // What sits there now has come while the attempt was still ending: the next scan finds it.
  const device = isPulled ? null : slot.device;
  const absentSinceMs = isPulled ? Number.NEGATIVE_INFINITY : device === null ? nowMs : null;
  return { is: 'ended', seating, attemptId, device, firmwareDueMs, wasLost, ranAs: firmwareOf(device), absentSinceMs };
}

/** The longest that the port of a running attempt may have had no device. */
function awayFor({ absentSinceMs, awayMs }: Running, nowMs: number): number {
  return absentSinceMs === null ? awayMs : Math.max(awayMs, nowMs - absentSinceMs);
}

/** It may have left as soon as nobody looked any more. */
function followed(slot: Running, { device, nowMs, unseenMs }: Scanned): Running {
  if (sameDevice(slot.device, device)) return slot;
  const leftMs = slot.absentSinceMs ?? nowMs - unseenMs;
  const awayMs = awayFor({ ...slot, absentSinceMs: leftMs }, nowMs);
  return {
    ...slot,
    device,
    awayMs: device === null ? slot.awayMs : awayMs,
    absentSinceMs: device === null ? leftMs : null,
  };
}

function scanned(slot: SlotState, event: Scanned): SlotState {
  const { device } = event;
  switch (slot.is) {
    case 'empty':
      return arrived(event);
    case 'remembered':
      return scannedAfterARestart(slot, event);
    case 'stranger':
      return sameDevice(slot.device, device) ? slot : arrived(event);
    case 'waiting':
      // Another address means it enumerated anew: perhaps another board, and nothing is lost by calling it so.
      return sameDevice(slot.device, device) ? slot : arrived(event);
    // Entering and leaving the bootloader look like being pulled. While an attempt runs, only its result decides.
    case 'entering':
      return sameDevice(slot.device, device) ? slot : { ...slot, device };
    case 'running':
      return followed(slot, event);
    case 'ended':
      return scannedAfterTheEnd(slot, event);
    default:
      return slot satisfies never;
  }
}

function scannedAfterTheEnd(slot: Ended, event: Scanned): SlotState {
  const { device, nowMs, unseenMs } = event;
  // One that was lost had left before anybody looked.
  const leftMs = slot.wasLost ? nowMs - unseenMs : nowMs;
  if (device === null) return { ...slot, device, absentSinceMs: slot.absentSinceMs ?? leftMs };
  if (device.mode === 'dfu' && isAnother(slot, event, device)) return arrived(event);
  if (device.mode === 'application' && runsAnother(slot, event, device)) return arrived(event);
  if (slot.absentSinceMs === null && sameDevice(slot.device, device)) return slot;
  return { ...slot, device, ranAs: firmwareOf(device) ?? slot.ranAs, absentSinceMs: null };
}

/**
 * A board that kept its USB address never left: flashing it again by itself would be a second time. One that has passed had left
 * its bootloader, so whatever is in its bootloader now is another.
 */
function scannedAfterARestart(slot: Extract<SlotState, { is: 'remembered' }>, event: Scanned): SlotState {
  const { device } = event;
  const { seating, attemptId, address, hasPassed } = slot;
  if (device?.mode === 'dfu' && (hasPassed || device.address !== address || contradicts(seating.board, device)))
    return arrived(event);
  // Whatever comes after an empty port has been plugged in while nobody looked.
  const absentSinceMs = device === null ? Number.NEGATIVE_INFINITY : null;
  return {
    is: 'ended',
    seating,
    attemptId,
    device,
    firmwareDueMs: 0,
    wasLost: false,
    ranAs: firmwareOf(device),
    absentSinceMs,
  };
}

function arrived({ device, moment, seatingId }: Scanned): SlotState {
  if (device === null) return EMPTY;
  if (device.mode === 'other') return { is: 'stranger', device };
  return { is: 'waiting', seating: { id: seatingId, since: moment, board: identityOf(device) }, device };
}

/** The slot as it is told to the coordinator. */
export function benchState(slot: SlotState): BenchState {
  switch (slot.is) {
    case 'empty':
      return { is: 'empty' };
    case 'stranger':
      return { is: 'stranger', vendorId: slot.device.vendorId, productId: slot.device.productId };
    case 'remembered':
      return { is: 'ended', seating: slot.seating, attemptId: slot.attemptId, present: false, ready: false };
    case 'waiting':
      return { is: 'waiting', seating: slot.seating, ready: slot.device.mode === 'dfu', perhapsOf: null };
    case 'entering':
    case 'running':
      return { is: 'running', seating: slot.seating, attemptId: slot.attemptId };
    case 'ended':
      return {
        is: 'ended',
        seating: slot.seating,
        attemptId: slot.attemptId,
        present: slot.device !== null,
        ready: slot.device?.mode === 'dfu',
      };
    default:
      return slot satisfies never;
  }
}
