import type { BusDevice } from '@flashline/dfuse';
import {
  type Arrival,
  contradicts,
  ENUMERATED_MS_MAX,
  firmwareOf,
  hasOtherSerial,
  identityOf,
  isDroppedOff,
  isEnough,
  isFirmware,
  mayBeBack,
  wasPulled,
  wasSwapped,
  whoseIs,
} from './same-board.ts';
import {
  arrivedMs,
  type Gap,
  gapBefore,
  isThere,
  LONG_EMPTY,
  type Look,
  looked,
  namelessBefore,
  type Sight,
  sightOf,
} from './sight.ts';
import {
  EMPTY,
  type Ended,
  type Newcomer,
  type Past,
  type Remembered,
  type Scanned,
  type SlotState,
  type Tries,
  type Waiting,
} from './slot.ts';

/** A slot after one more look at its port. One that was made before what is known since says nothing. */
export function scanned(slot: SlotState, event: Scanned): SlotState {
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
      const otherwise = slot.otherwise && scanned(slot.otherwise, event);
      return sight === slot.sight && otherwise === slot.otherwise ? slot : { ...slot, sight, otherwise };
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
  const nameless = namelessBefore(slot.sight, event);
  if (nameless !== null) return scanned(scannedWaiting(slot, nameless), event);
  const sight = looked(slot.sight, event);
  if (sight === slot.sight) return slot;
  const { perhapsOf, tries } = slot;
  const { device } = event;
  if (isThere(slot.sight, event)) return { ...slot, sight };
  // Nothing is lost by forgetting it: what comes is worked on anyway.
  if (device === null) return perhapsOf === null && tries.length === 0 ? EMPTY : { ...slot, sight };
  const arrival = { ...event, device, nowMs: arrivedMs(slot.sight, event) };
  // It enumerated anew: perhaps another board, and nothing is lost by calling it so, unless it does that before every attempt.
  if (perhapsOf === null || isAnotherThan(slot, device, event))
    return arrived(arrival, pastOf(triesOf(slot, device, gapBefore(slot.sight, event))));
  // A board that comes up behind a stranger is seated now.
  return slot.sight.device?.mode === 'other' ? arrived(arrival, { perhapsOf, tries }) : { ...slot, sight };
}

function pastOf(tries: Tries): Past {
  return { perhapsOf: isEnough(tries) ? (tries.at(-1) ?? null) : null, tries };
}

/** A board that may have been another before is certainly one when it was pulled and did not come back by itself. */
function isAnotherThan({ seating: { board }, sight, tries }: Waiting, device: BusDevice, look: Look): boolean {
  const gap = gapBefore(sight, look);
  if (!wasPulled(gap)) return false;
  if (mayBeBack({ gap, nowMs: arrivedMs(sight, look) }, tries)) return hasOtherSerial(board, device);
  return device.mode === 'dfu' || wasSwapped(board, device, gap);
}

/** The tries that may have been on what comes now. */
function triesOf({ seating, tries }: Waiting | Ended, device: BusDevice, gap: Gap): Tries {
  return isDroppedOff(gap) && !hasOtherSerial(seating.board, device) ? tries : [];
}

function scannedAfterTheEnd(slot: Ended, event: Scanned): SlotState {
  const nameless = namelessBefore(slot.sight, event);
  if (nameless !== null) return scanned(scannedAfterTheEnd(slot, nameless), event);
  const { device, nowMs } = event;
  const sight = looked(slot.sight, event);
  if (sight === slot.sight) return slot;
  if (isThere(slot.sight, event)) return { ...slot, sight };
  if (device === null)
    return { ...slot, sight, dueFromMs: slot.sight.device?.mode === 'other' ? nowMs : slot.dueFromMs };
  const gap = gapBefore(slot.sight, event);
  return judged(slot, sight, { ...event, device, gap, nowMs: arrivedMs(slot.sight, event) });
}

/** The slot after something came onto the port of an attempt that has ended: its board, or another one's seating. */
export function judged(slot: Ended, sight: Sight, arrival: Arrival & Newcomer): SlotState {
  const { device, gap } = arrival;
  const whose = whoseIs(slot, arrival);
  switch (whose) {
    case 'same':
      return { ...slot, sight, cameUp: slot.cameUp && !isFirmware(device), ranAs: firmwareOf(device) ?? slot.ranAs };
    case 'another':
      return arrived(arrival, { perhapsOf: null, tries: triesOf(slot, device, gap) });
    case 'unsure':
      return arrived(arrival, { perhapsOf: slot.attemptId, tries: triesOf(slot, device, gap) });
    default:
      return whose satisfies never;
  }
}

/** Who comes meanwhile has to wait until the slot is free. */
function scannedWhileKeeping(slot: Extract<SlotState, { is: 'keeping' }>, event: Scanned): SlotState {
  if (slot.successor !== null) {
    const successor = scanned(slot.successor, event);
    return successor === slot.successor ? slot : { ...slot, successor };
  }
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
  const { device, arriving, nowMs } = event;
  const sinceMs = event.hubMoved ? nowMs : (lookedSinceMs ?? nowMs);
  // Its hub may still be on its way, or the kernel busy with the boards before it, or udev.
  if (device === null && (arriving !== null || nowMs - sinceMs <= ENUMERATED_MS_MAX))
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
    tries: [],
  };
  if (device === null) return gone;
  if (device.mode === 'dfu' && (hasPassed || contradicts(seating.board, device))) return arrived(event);
  if (device.address !== address) return arrived(event, { perhapsOf: attemptId, tries: [] });
  return { ...gone, sight: sightOf(device, nowMs), ranAs: firmwareOf(device) };
}

const NO_PAST: Past = { perhapsOf: null, tries: [] };

function arrived(
  { device, nowMs, moment, seatingId }: Pick<Scanned, 'device' | 'nowMs'> & Newcomer,
  past = NO_PAST,
): SlotState {
  if (device === null) return EMPTY;
  const seating = { id: seatingId, since: moment, board: identityOf(device) };
  return { is: 'waiting', seating, sight: sightOf(device, nowMs), ...past };
}
