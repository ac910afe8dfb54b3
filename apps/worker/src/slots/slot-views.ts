import type { BenchState, Seating } from '@flashline/contracts';
import type { BusDevice } from '@flashline/dfuse';
import type { SlotState } from './slot.ts';

/** The slot as it is told to the coordinator. */
export function benchState(slot: SlotState): BenchState {
  switch (slot.is) {
    case 'empty':
      return { is: 'empty' };
    case 'remembered':
      return { is: 'ended', seating: slot.seating, attemptId: slot.attemptId, present: false, ready: false };
    case 'waiting': {
      const { seating, sight, perhapsOf } = slot;
      if (sight.device === null) return { is: 'empty' };
      if (sight.device.mode === 'other') return strangerIn(sight.device);
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

function strangerIn({ vendorId, productId }: BusDevice): BenchState {
  return { is: 'stranger', vendorId, productId };
}

/** Nothing that comes by itself is due after so long on an empty port. */
const DUE_MS_MAX = 60_000;

/** Whether what is known of a port no longer matters: its board has left, and what comes now is another. */
export function isForgettable(slot: SlotState, nowMs: number): boolean {
  if (slot.is === 'empty') return true;
  if (slot.is !== 'waiting' && slot.is !== 'ended') return false;
  const { device, sinceMs, hubMovedMs } = slot.sight;
  // A hub that left may bring it back.
  return device === null && hubMovedMs === null && nowMs - sinceMs > DUE_MS_MAX;
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
