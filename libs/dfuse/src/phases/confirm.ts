import { Fault } from '@flashline/contracts';
import type { BusDevice, DfuBus } from '../port.ts';
import type { Bounds } from '../protocol/bounds.ts';
import type { PhaseLimits } from './limits.ts';
import { type Leaver, type Look, looksAt, perhapsAnother } from './port-watch.ts';

/**
 * Watches the port until the board has left its bootloader: it came back as something else, or it is gone and stays gone for
 * `reappearMs`. Resolves with whether something came back. Throws what `requireLeaving` throws when it stays, or comes back in the
 * bootloader.
 */
export async function confirm(
  bus: DfuBus,
  leaver: Leaver,
  bounds: Bounds,
  limits: Pick<PhaseLimits, 'confirmMs' | 'reappearMs'>,
): Promise<boolean> {
  const beganMs = bounds.clock.now();
  for await (const { device, emptyMs } of looksAt(bus, leaver.path, bounds)) {
    const hasLeft = device === undefined ? (emptyMs ?? 0) >= limits.reappearMs : device.mode !== 'dfu';
    if (hasLeft) return device !== undefined;
    const leftMs = limits.confirmMs - (bounds.clock.now() - beganMs);
    if (device !== undefined) requireLeaving(device, { ...leaver, emptyMs }, leftMs);
  }
  return false;
}

/**
 * Throws LEAVE_REFUSED when a board that is in its bootloader came back to it, or when no time is left to leave it; BOARD_GONE when
 * the port was empty for so long that it may be another.
 */
export function requireLeaving(
  device: BusDevice,
  { address, emptyMs }: Leaver & Pick<Look, 'emptyMs'>,
  leftMs: number,
): void {
  const swap = perhapsAnother(emptyMs);
  if (swap !== null) throw new Fault('BOARD_GONE', swap);
  const isAnother = address !== null && device.address !== address;
  if (emptyMs !== null || isAnother) throw new Fault('LEAVE_REFUSED', { seen: 'back in the bootloader' });
  if (leftMs <= 0) throw new Fault('LEAVE_REFUSED', { seen: 'still in the bootloader' });
}
