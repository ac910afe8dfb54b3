import { Fault, type FlashJob, type Seating } from '@flashline/contracts';
import type { BusDevice } from '@flashline/dfuse';
import type { SlotState } from './slots/slot-state.ts';

/** A board in its slot, as it was found when its job came. */
export interface Found {
  readonly seating: Seating;
  readonly device: BusDevice;
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
  const isReady = device?.mode === 'dfu' || (device?.mode === 'application' && recipe.enter !== null);
  if (!isReady) throw new Fault('BOARD_NOT_READY', { slot });
  return { seating, device };
}
