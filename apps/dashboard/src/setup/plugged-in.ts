import type { PluggedDevice, Slot, SlotState, StationSetup } from '@flashline/contracts';

/**
 * What is plugged in at a station, on slots and on other ports. Null while the station does not answer or sees nothing: then nobody
 * knows, and what is there afterwards need not have come meanwhile.
 */
export function pluggedIn(
  { station, online, others }: StationSetup,
  slots: readonly Slot[],
): readonly PluggedDevice[] | null {
  const inSlots = slots.filter((slot) => slot.station === station);
  if (!online || inSlots.some(({ state }) => state.is === 'offline')) return null;
  return [
    // Of a port that is no slot the station tells what is there, not since when.
    ...others.map((device) => ({ ...device, arrival: device.mode })),
    ...inSlots.flatMap(({ slot, state }) => deviceIn(slot, state) ?? []),
  ];
}

function deviceIn(path: string, state: SlotState): PluggedDevice | null {
  if (state.is === 'stranger') {
    const { vendorId, productId } = state;
    return { path, vendorId, productId, mode: 'other', arrival: 'stranger' };
  }
  if (!('seatingId' in state) || (state.is === 'done' && !state.present)) return null;
  const { vendorId, productId } = state.board;
  const mode = 'ready' in state && !state.ready ? 'application' : 'dfu';
  return { path, vendorId, productId, mode, arrival: state.seatingId };
}
