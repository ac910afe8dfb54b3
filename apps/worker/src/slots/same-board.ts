import type { BoardIdentity } from '@flashline/contracts';
import type { BusDevice } from '@flashline/dfuse';
import type { Ended, Scanned } from './slot-state.ts';

/** A board that was away for longer than this was pulled: no hand swaps boards faster, no board re-enumerates slower. */
export const PULLED_AFTER_MS = 700;
/** Boards may have been swapped unseen between two looks at the bus that are further apart than this: a rescan and its slack. */
export const UNSEEN_MS_MAX = 1300;

/**
 * Whether a board in its bootloader is another than the one whose attempt has ended: showing it that verdict would be a pass
 * without proof. A board whose BOOT0 is still held is back within a moment, is seen all the time, and says the same of itself;
 * taking it for a new one would flash it for ever.
 */
export function isAnother(slot: Ended, { nowMs, unseenMs }: Scanned, device: BusDevice): boolean {
  if (contradicts(slot.seating.board, device)) return true;
  if (sameDevice(slot.device, device)) return false;
  // A board that runs its firmware does not go back by itself.
  if (slot.ranAs !== null) return true;
  const wasPulled = slot.absentSinceMs !== null && nowMs - slot.absentSinceMs >= PULLED_AFTER_MS;
  return wasPulled || unseenMs > (slot.wasLost ? PULLED_AFTER_MS : UNSEEN_MS_MAX);
}

/**
 * Whether the firmware that runs is another board's. Until that of this one was seen, nobody knows what it says of itself, only
 * when it is due: taking it for another board's would ask it back into its bootloader for ever.
 */
export function runsAnother(slot: Ended, { nowMs, unseenMs }: Scanned, device: BusDevice): boolean {
  if (sameDevice(slot.device, device)) return false;
  const absentMs = slot.absentSinceMs === null ? 0 : nowMs - slot.absentSinceMs;
  const isDue = slot.ranAs === null && absentMs <= slot.firmwareDueMs;
  if (isDue) return false;
  if (slot.ranAs !== null && contradicts(slot.ranAs, device)) return true;
  return absentMs >= PULLED_AFTER_MS || unseenMs > UNSEEN_MS_MAX;
}

/** What its firmware says of a board; null when it does not run. */
export function firmwareOf(device: BusDevice | null): BoardIdentity | null {
  return device?.mode === 'application' ? identityOf(device) : null;
}

/** A serial is never a key, for many boards have the same; but two different ones are two boards. */
export function contradicts(board: BoardIdentity, { vendorId, productId, bcdDevice, usbSerial }: BusDevice): boolean {
  if (vendorId !== board.vendorId || productId !== board.productId || bcdDevice !== board.bcdDevice) return true;
  return usbSerial !== null && board.usbSerial !== null && usbSerial !== board.usbSerial;
}

/** Whether two looks show one enumeration. */
export function sameDevice(one: BusDevice | null, other: BusDevice | null): boolean {
  return one?.address === other?.address && one?.mode === other?.mode;
}

/** What a board says of itself before it is opened. */
export function identityOf({ vendorId, productId, bcdDevice, usbSerial }: BusDevice): BoardIdentity {
  return { vendorId, productId, bcdDevice, usbSerial, layout: null };
}
