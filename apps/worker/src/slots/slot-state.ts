import { aftermathOf } from './aftermath.ts';
import { contradicts, firmwareOf, identityOf, isFirmware } from './same-board.ts';
import { hasAnother, sameDevice, sightOf } from './sight.ts';
import type { Ended, SlotEvent, SlotState, Tries, Waiting } from './slot.ts';
import { judged, scanned } from './slot-looks.ts';

type On<Name extends SlotEvent['on']> = Extract<SlotEvent, { on: Name }>;

/** Pure. Operators pull boards whenever they like, so every slot has an answer to every event. */
export function next(slot: SlotState, event: SlotEvent): SlotState {
  switch (event.on) {
    case 'scanned':
      return scanned(slot, event);
    case 'asked':
      return asked(slot, event);
    case 'met':
      return met(slot, event);
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

/** What an attempt takes from the slot. On a board that has had one, or may have had one, it begins because a person says so. */
function takenFrom(slot: Waiting | Ended, attemptId: string): { readonly tries: Tries; readonly otherwise: SlotState } {
  if (hasPast(slot)) return { tries: [], otherwise: slot };
  const tries = [...slot.tries, attemptId];
  return { tries, otherwise: { ...slot, tries } };
}

function hasPast(slot: Waiting | Ended): boolean {
  return slot.is === 'ended' || slot.perhapsOf !== null;
}

function isFree(slot: SlotState): slot is Waiting | Ended {
  return slot.is === 'waiting' || slot.is === 'ended';
}

/** A board that is worked on is followed anew. */
function asked(slot: SlotState, { attemptId }: On<'asked'>): SlotState {
  if (!isFree(slot)) return slot;
  const { seating, sight } = slot;
  const { tries, otherwise } = takenFrom(slot, attemptId);
  const entering = { is: 'entering', seating, attemptId, sight: { ...sight, gap: null }, tries } as const;
  return { ...entering, otherwise: hasPast(slot) ? null : otherwise };
}

/** Looks from before say nothing any more. One from after is newer, unless it shows just that it is there. */
function met(slot: SlotState, { attemptId, device, nowMs }: On<'met'>): SlotState {
  if ((slot.is !== 'entering' && slot.is !== 'running') || slot.attemptId !== attemptId) return slot;
  const { sight } = slot;
  if (sight.sinceMs <= nowMs || sight.arriving?.address === device.address)
    return { ...slot, sight: sightOf(device, nowMs) };
  return sameDevice(sight.device, device) ? { ...slot, sight: { ...sight, gap: null } } : slot;
}

/** Another board may have come meanwhile: then nothing begins here. An empty port may be one that the watcher of the bus sees late. */
function begun(slot: SlotState, { attemptId, device }: On<'begun'>): SlotState {
  if (!isFree(slot) && !(slot.is === 'entering' && slot.attemptId === attemptId)) return slot;
  if (hasAnother(slot.sight, device)) return slot;
  const seating = { ...slot.seating, board: identityOf(device) };
  const { tries, otherwise } = slot.is === 'entering' ? slot : takenFrom(slot, attemptId);
  return { is: 'running', seating, attemptId, sight: { ...slot.sight, gap: null }, tries, otherwise };
}

function ended(slot: SlotState, event: On<'ended'>): SlotState {
  if ((slot.is !== 'running' && slot.is !== 'entering') || slot.attemptId !== event.attemptId) return slot;
  const { seating, attemptId, sight } = slot;
  const { end, nowMs: dueFromMs } = event;
  const isOtherThere = end.fault === 'SEATING_ENDED';
  const aftermath = slot.is === 'entering' || isOtherThere ? 'asked' : aftermathOf(end);
  const tries = end.outcome === 'pass' ? [] : slot.tries;
  const cameUp = end.cameUp && !isFirmware(sight.device);
  const after: Ended = { is: 'ended', seating, attemptId, aftermath, dueFromMs, cameUp, sight, ranAs: null, tries };
  // Nothing was done to any board when another sat there.
  const now = (isOtherThere ? slot.otherwise : null) ?? whoseBoardIsThere(after, event);
  if (now.is === 'ended' && now.attemptId === attemptId) return { is: 'keeping', ended: now, successor: null };
  return { is: 'keeping', ended: { ...after, sight: sightOf(null, sight.sinceMs) }, successor: now };
}

/** The slot of an attempt that ends, by what is on the port: its board, or one that has come while the attempt was still ending. */
function whoseBoardIsThere(after: Ended, event: On<'ended'>): SlotState {
  const { device, gap, sinceMs: nowMs, slackMs: unseenMs } = after.sight;
  if (device === null || gap === null || isCertainlyItsBoard(after)) return { ...after, ranAs: firmwareOf(device) };
  return judged(after, after.sight, { ...event, device, gap, nowMs, unseenMs });
}

function isCertainlyItsBoard({ aftermath, seating, sight: { device } }: Ended): boolean {
  if (device === null) return false;
  // The engine met it after every reset, and waited for its firmware while the slot said to leave it in.
  if (aftermath === 'stayed') return isFirmware(device) || !contradicts(seating.board, device);
  return aftermath === 'left' && isFirmware(device);
}
