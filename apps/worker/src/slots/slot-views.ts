import type { BenchState, Seating } from '@flashline/contracts';
import type { BusDevice } from '@flashline/dfuse';
import type { SlotState } from './slot-state.ts';

/** The slot as it is told to the coordinator. */
export function benchState(slot: SlotState): BenchState {
  switch (slot.is) {
    case 'empty':
      return { is: 'empty' };
    case 'stranger':
      return { is: 'stranger', vendorId: slot.device.vendorId, productId: slot.device.productId };
    case 'remembered':
      return { is: 'ended', seating: slot.seating, attemptId: slot.attemptId, present: false, ready: false };
    case 'waiting': {
      const { seating, sight, perhapsOf } = slot;
      if (sight.device === null) return { is: 'empty' };
      return { is: 'waiting', seating, ready: sight.device.mode === 'dfu', perhapsOf };
    }
    case 'entering':
    case 'running':
      return { is: 'running', seating: slot.seating, attemptId: slot.attemptId };
    case 'keeping':
      return { is: 'running', seating: slot.ended.seating, attemptId: slot.ended.attemptId };
    case 'ended': {
      const { seating, attemptId, sight } = slot;
      return { is: 'ended', seating, attemptId, present: sight.device !== null, ready: sight.device?.mode === 'dfu' };
    }
    default:
      return slot satisfies never;
  }
}

/** The board of an attempt that is in work or has ended, where it sits now; null for all others. */
export function attemptedBoard(
  slot: SlotState,
): { readonly seating: Seating; readonly attemptId: string; readonly device: BusDevice | null } | null {
  const attempted = slot.is === 'keeping' ? slot.ended : slot;
  if (attempted.is !== 'running' && attempted.is !== 'ended') return null;
  const { seating, attemptId, sight } = attempted;
  return { seating, attemptId, device: sight.device };
}
