import type { BoardIdentity } from '@flashline/contracts';
import type { BusDevice } from '@flashline/dfuse';
import { BOOTLOADER_DUE_MS, FIRMWARE_DUE_MS } from './aftermath.ts';
import type { Gap } from './sight.ts';
import type { Ended, Tries } from './slot.ts';

/** A board that was away for longer than this may have been pulled: no hand is faster. */
export const PULLED_AFTER_MS = 700;
/** A board that resets is back sooner than this; later, it may be another. */
export const RESET_MS_MAX = 1_500;
/** Boards may have been swapped unseen between two looks at the bus that are further apart than this: a rescan and its slack. */
export const UNSEEN_MS_MAX = 1_300;
/** What was there for so long did not restart by itself when it went. */
export const STEADY_MS = 2_000;
/**
 * What a hub brings back is on the bus sooner after it: thirty boards come up one after the other, and a board that is slow or bad
 * is tried several times before.
 */
export const ENUMERATED_MS_MAX = 30_000;
/** A pass needs no more attempts on a good board; so many in a row without one say that the next ends the same. */
export const TRIES_MAX = 3;
/** A board that drops off by itself is back sooner than this; who pulls it, reads what was wrong, takes the next and plugs it in is slower. */
export const DROPPED_MS_MAX = 10_000;
/** Firmware that restarts is back sooner than this. */
export const RESTART_MS_MAX = 5_000;

/** Whose board it is that came: `same` as before, certainly `another`, or nobody can tell. */
export type Whose = 'same' | 'another' | 'unsure';

/** A board that came onto the port of an attempt which has ended. */
export interface Arrival {
  readonly device: BusDevice;
  readonly gap: Gap;
  readonly nowMs: number;
  /** How long nobody had looked before. */
  readonly unseenMs: number;
}

/**
 * Whose board it is. To show a verdict on another board would be a pass without proof, and to take a board for another that came
 * back by itself would flash it for ever: where neither is certain a person decides.
 */
export function whoseIs(slot: Ended, arrival: Arrival): Whose {
  const whose = arrival.device.mode === 'dfu' ? whoseInBootloader(slot, arrival) : whoseRunning(slot, arrival);
  return whose === 'another' && !saysAnother(slot, arrival.device) && mayBeBack(arrival, slot.tries) ? 'unsure' : whose;
}

/**
 * Whether it may have left and come back by itself, however long it was away: with its hub, or as it did before every attempt on it.
 * Or it never left, and one look has missed it.
 */
export function mayBeBack({ gap, nowMs }: Pick<Arrival, 'gap' | 'nowMs'>, tries: Tries): boolean {
  if (gap.hubMovedMs !== null && nowMs - gap.hubMovedMs <= ENUMERATED_MS_MAX) return true;
  return (gap.isBack && gap.spanMs < RESET_MS_MAX) || (isEnough(tries) && isDroppedOff(gap));
}

/** Whether the next attempt would most likely end as those did. */
export function isEnough(tries: Tries): boolean {
  return tries.length >= TRIES_MAX;
}

/** Whether what was there may have dropped off and come back by itself, as boards do whose supply is too weak. */
export function isDroppedOff({ spanMs }: Gap): boolean {
  return spanMs <= DROPPED_MS_MAX;
}

/** Whether what a board says of itself makes it certainly another than the one whose attempt has ended. */
function saysAnother({ aftermath, seating, ranAs }: Ended, device: BusDevice): boolean {
  if (device.mode !== 'dfu') return hasOtherSerial(ranAs ?? seating.board, device);
  // Before it is in its bootloader nobody knows what it says there.
  return aftermath !== 'asked' && contradicts(seating.board, device);
}

/** A board whose BOOT0 is still held is back within a moment, and says the same of itself. */
function whoseInBootloader(slot: Ended, arrival: Arrival): Whose {
  const { device, gap } = arrival;
  const { aftermath } = slot;
  const wasAsked = aftermath === 'asked';
  if (saysAnother(slot, device)) return 'another';
  if (aftermath === 'left' || aftermath === 'silent') return 'another';
  if (!wasPulled(gap, aftermath === 'lost') || (wasAsked && gap.spanMs < RESET_MS_MAX)) return 'same';
  return awaitedMs(slot, arrival) <= BOOTLOADER_DUE_MS[aftermath] ? 'unsure' : 'another';
}

/** How long what came was due. A board that was asked is not away for longer than that, either, whenever its attempt ended. */
function awaitedMs({ aftermath, dueFromMs }: Ended, { gap, nowMs }: Arrival): number {
  return aftermath === 'asked' ? Math.max(nowMs - dueFromMs, gap.spanMs) : nowMs - dueFromMs;
}

function whoseRunning(slot: Ended, arrival: Arrival): Whose {
  const { device, gap, nowMs, unseenMs } = arrival;
  const { aftermath, ranAs, dueFromMs, cameUp } = slot;
  if (!wasPulled(gap, aftermath === 'lost')) return 'same';
  if (ranAs === null) {
    // It is on the bus already; the scan is late.
    if (cameUp && nowMs - unseenMs - dueFromMs <= UNSEEN_MS_MAX) return 'same';
    const isDue = awaitedMs(slot, arrival) <= FIRMWARE_DUE_MS[aftermath];
    if (!isDue) return 'another';
    return gap.spanMs < RESET_MS_MAX ? 'same' : 'unsure';
  }
  return wasSwapped(ranAs, device, gap) ? 'another' : 'unsure';
}

/** Whether running firmware that left for so long is another board's: its own would not have left, or would be back. */
export function wasSwapped(ranAs: BoardIdentity, device: BusDevice, { spanMs, lastedMs }: Gap): boolean {
  const wasSteady = lastedMs >= STEADY_MS && spanMs >= RESET_MS_MAX;
  return wasSteady || spanMs > RESTART_MS_MAX || hasOtherSerial(ranAs, device);
}

/** Whether the board may have been pulled. One that was lost had left before anybody looked. */
export function wasPulled({ spanMs, slackMs }: Gap, wasLost = false): boolean {
  return spanMs >= PULLED_AFTER_MS || slackMs > UNSEEN_MS_MAX || (wasLost && spanMs + slackMs >= PULLED_AFTER_MS);
}

/** A serial is never a key, for many boards have the same; but two different ones are two boards. */
export function contradicts(board: BoardIdentity, device: BusDevice): boolean {
  const { vendorId, productId, bcdDevice } = device;
  if (vendorId !== board.vendorId || productId !== board.productId || bcdDevice !== board.bcdDevice) return true;
  return hasOtherSerial(board, device);
}

/** A loader and the firmware that it starts may say different things of themselves; one firmware does not. */
export function hasOtherSerial(board: BoardIdentity, { vendorId, productId, usbSerial }: BusDevice): boolean {
  const isOneFirmware = vendorId === board.vendorId && productId === board.productId;
  return isOneFirmware && usbSerial !== null && board.usbSerial !== null && usbSerial !== board.usbSerial;
}

/** Whether it is no bootloader. A stranger may be its loader, or all that it is. */
export function isFirmware(device: BusDevice | null): boolean {
  return device !== null && device.mode !== 'dfu';
}

/** What its firmware says of a board; null when it does not run, or not yet: a stranger may be its loader. */
export function firmwareOf(device: BusDevice | null): BoardIdentity | null {
  return device?.mode === 'application' ? identityOf(device) : null;
}

/** What a board says of itself before it is opened. */
export function identityOf({ vendorId, productId, bcdDevice, usbSerial }: BusDevice): BoardIdentity {
  return { vendorId, productId, bcdDevice, usbSerial, layout: null };
}
