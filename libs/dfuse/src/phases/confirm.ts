import { Fault } from '@flashline/contracts';
import type { BusDevice, DfuBus } from '../port.ts';
import type { Bounds } from '../protocol/bounds.ts';
import { faultAt } from '../protocol/trouble.ts';
import type { PhaseLimits } from './limits.ts';

/** Hints may get lost, so look this often anyway. */
const LOOK_AGAIN_MS = 250;
const LIST_HANG_MS = 10_000;

/** Who was told to leave: where it sits, and the address it had there (null when that is not known). */
export interface Leaver {
  readonly path: string;
  readonly address: number | null;
}

/** What is on the port of a board, as the bus shows it now. */
export async function lookAt(bus: DfuBus, path: string, bounds: Bounds): Promise<BusDevice | undefined> {
  try {
    const hung = () => new Fault('USB_HOST', { request: 'list', hasHung: true });
    const devices = await bounds.guard(bus.list(), LIST_HANG_MS, hung);
    return devices.find((device) => device.path === path);
  } catch (thrown) {
    throw thrown instanceof Fault ? thrown : new Fault('USB_HOST', faultAt(thrown, {}).details, { cause: thrown });
  }
}

/**
 * Watches the port until the board has left its bootloader: it came back as something else, or it is gone and stays gone for
 * `reappearMs`. Throws LEAVE_REFUSED when it stays, or comes back in the bootloader.
 */
export async function confirm(bus: DfuBus, leaver: Leaver, bounds: Bounds, limits: PhaseLimits): Promise<void> {
  const beganMs = bounds.clock.now();
  let goneSinceMs: number | null = null;
  const changes = watchChanges(bus);
  try {
    for (;;) {
      // Taken before the look, so a change that happens meanwhile is not slept over.
      const change = changes.next();
      const device = await lookAt(bus, leaver.path, bounds);
      const nowMs = bounds.clock.now();
      if (device === undefined) goneSinceMs ??= nowMs;
      else if (device.mode !== 'dfu') return;
      else
        requireLeaving(device, { ...leaver, hasBeenGone: goneSinceMs !== null }, limits.confirmMs - (nowMs - beganMs));
      if (goneSinceMs !== null && nowMs - goneSinceMs >= limits.reappearMs) return;
      await bounds.sleep(LOOK_AGAIN_MS, change);
    }
  } finally {
    changes.stop();
  }
}

/** Throws LEAVE_REFUSED when a board that is in its bootloader came back to it, or when no time is left to leave it. */
function requireLeaving(device: BusDevice, leaver: Leaver & { hasBeenGone: boolean }, leftMs: number): void {
  const isAnother = leaver.address !== null && device.address !== leaver.address;
  if (leaver.hasBeenGone || isAnother) throw new Fault('LEAVE_REFUSED', { seen: 'back in the bootloader' });
  if (leftMs <= 0) throw new Fault('LEAVE_REFUSED', { seen: 'still in the bootloader' });
}

/** The hints of a bus: each call of `next` returns a signal that the next hint aborts. */
function watchChanges(bus: DfuBus): { next(): AbortSignal; stop(): void } {
  let change = new AbortController();
  const stop = bus.watch(() => change.abort());
  const next = () => {
    change = new AbortController();
    return change.signal;
  };
  return { next, stop };
}
