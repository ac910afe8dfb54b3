import { Fault } from '@flashline/contracts';
import type { BusDevice, DfuBus } from '../port.ts';
import type { Bounds } from '../protocol/bounds.ts';
import type { PhaseLimits } from './limits.ts';
import { type Leaver, looksAt } from './port-watch.ts';

/**
 * Watches the port until the board has left its bootloader: it came back as something else, or it is gone and stays gone for
 * `reappearMs`. Throws LEAVE_REFUSED when it stays, or comes back in the bootloader.
 */
export async function confirm(bus: DfuBus, leaver: Leaver, bounds: Bounds, limits: PhaseLimits): Promise<void> {
  const beganMs = bounds.clock.now();
  let goneSinceMs: number | null = null;
  for await (const device of looksAt(bus, leaver.path, bounds)) {
    const nowMs = bounds.clock.now();
    if (device === undefined) goneSinceMs ??= nowMs;
    else if (device.mode !== 'dfu') return;
    else requireLeaving(device, { ...leaver, hasBeenGone: goneSinceMs !== null }, limits.confirmMs - (nowMs - beganMs));
    if (goneSinceMs !== null && nowMs - goneSinceMs >= limits.reappearMs) return;
  }
}

/** Throws LEAVE_REFUSED when a board that is in its bootloader came back to it, or when no time is left to leave it. */
export function requireLeaving(device: BusDevice, leaver: Leaver & { hasBeenGone: boolean }, leftMs: number): void {
  const isAnother = leaver.address !== null && device.address !== leaver.address;
  if (leaver.hasBeenGone || isAnother) throw new Fault('LEAVE_REFUSED', { seen: 'back in the bootloader' });
  if (leftMs <= 0) throw new Fault('LEAVE_REFUSED', { seen: 'still in the bootloader' });
}
