import { Fault, type FlashJob, type Seating } from '@flashline/contracts';
import type { BusDevice } from '@flashline/dfuse';
import { hasAnother } from './slots/sight.ts';
import type { SlotState } from './slots/slot.ts';

/** A board in its slot, as it was found when its job came. */
export interface Found {
  readonly seating: Seating;
  readonly device: BusDevice;
}

/**
 * Throws SEATING_ENDED when something else is on the port by now than the board that was found there. Where nothing is, the engine finds
 * out: its process may see a board sooner than the one that watches the bus.
 */
export function requireThere({ assignment: { slot } }: FlashJob, device: BusDevice, state: SlotState): void {
  if ('sight' in state && !hasAnother(state.sight, device)) return;
  throw new Fault('SEATING_ENDED', { slot, reason: 'another board sits there' });
}

/** Throws SEATING_ENDED when the slot does not work on the board of this job: another had come when it was to begin. */
export function requireBegun({ assignment: { slot, attemptId } }: FlashJob, state: SlotState): void {
  if (state.is === 'running' && state.attemptId === attemptId) return;
  throw new Fault('SEATING_ENDED', { slot, reason: 'another board sits there' });
}

/**
 * The board that a job is for, if it still sits in its slot: a job is for one seating, never for whatever sits there now. Throws
 * SLOT_BUSY, SEATING_ENDED, or BOARD_NOT_READY for a board that the recipe cannot get into its bootloader.
 */
export function admit({ assignment: { slot, seatingId }, recipe }: FlashJob, state: SlotState): Found {
  if (state.is === 'running' || state.is === 'entering' || state.is === 'keeping')
    throw new Fault('SLOT_BUSY', { slot });
  if ((state.is !== 'waiting' && state.is !== 'ended') || state.seating.id !== seatingId)
    throw new Fault('SEATING_ENDED', { slot });
  const { seating, sight } = state;
  const { device } = sight;
  if (device === null) throw new Fault('SEATING_ENDED', { slot });
  const isReady = device.mode === 'dfu' || (device.mode === 'application' && recipe.enter !== null);
  if (!isReady) throw new Fault('BOARD_NOT_READY', { slot });
  return { seating, device };
}
