import { Fault, type FaultDetails } from '@flashline/contracts';
import type { BusDevice, DfuBus } from '../port.ts';
import type { Bounds } from '../protocol/bounds.ts';
import { faultAt } from '../protocol/trouble.ts';

/** Hints may get lost, so look this often anyway. */
const LOOK_AGAIN_MS = 250;
const LIST_HANG_MS = 10_000;
/** No hand swaps boards faster than this, and no reset takes longer: with BOOT0 held a board is back within a moment. */
const SWAP_MS_MIN = 1_500;

/** A board that was on a port: where it sits, and the address it had there (null when that is not known). */
export interface Leaver {
  readonly path: string;
  readonly address: number | null;
}

/** What a port shows, and the longest that it has been seen empty since the first look; null when it never was. */
export interface Look {
  readonly device: BusDevice | undefined;
  readonly emptyMs: number | null;
}

/** What tells that a board may be another: the port was empty for longer than the one that is awaited takes. Null when it was not. */
export function perhapsAnother(awayMs: number | null, awayMsMax = SWAP_MS_MIN): FaultDetails | null {
  return awayMs !== null && awayMs > awayMsMax ? { awayMs, reason: 'perhaps another board' } : null;
}

/** What is on a port, as the bus shows it now. */
export async function lookAt(bus: DfuBus, path: string, bounds: Bounds): Promise<BusDevice | undefined> {
  try {
    const hung = () => new Fault('USB_HOST', { request: 'list', hasHung: true });
    const devices = await bounds.guard(bus.list(), LIST_HANG_MS, hung);
    return devices.find((device) => device.path === path);
  } catch (thrown) {
    throw thrown instanceof Fault ? thrown : new Fault('USB_HOST', faultAt(thrown, {}).details, { cause: thrown });
  }
}

/** Looks at a port now, after every hint of the bus and every quarter of a second, for as long as it is asked. */
export async function* looksAt(bus: DfuBus, path: string, bounds: Bounds): AsyncGenerator<Look, never> {
  let change = new AbortController();
  const stop = bus.watch(() => change.abort());
  let emptySinceMs: number | null = null;
  let emptyMs: number | null = null;
  try {
    for (;;) {
      // Renewed before the look, so a change that happens meanwhile is not slept over.
      change = new AbortController();
      const device = await lookAt(bus, path, bounds);
      const nowMs = bounds.clock.now();
      if (device === undefined) emptySinceMs ??= nowMs;
      if (emptySinceMs !== null) emptyMs = Math.max(emptyMs ?? 0, nowMs - emptySinceMs);
      if (device !== undefined) emptySinceMs = null;
      yield { device, emptyMs };
      await bounds.sleep(LOOK_AGAIN_MS, change.signal);
    }
  } finally {
    stop();
  }
}

/**
 * Waits until a board that resets is back in its bootloader, at most `limitMs`; resolves with how long it was away. Throws BOARD_GONE when it is not: because it went
 * for good, or because it came back with its firmware running.
 */
export async function comesBack(bus: DfuBus, leaver: Leaver, bounds: Bounds, limitMs: number): Promise<number> {
  const beganMs = bounds.clock.now();
  let seen = 'nothing';
  for await (const { device, emptyMs } of looksAt(bus, leaver.path, bounds)) {
    const hasBeenAway = emptyMs !== null;
    const isAnother = leaver.address !== null && device !== undefined && device.address !== leaver.address;
    if (device?.mode === 'dfu' && (hasBeenAway || isAnother)) return bounds.clock.now() - beganMs;
    seen = device?.mode ?? 'nothing';
    if (seen === 'application' && hasBeenAway) break;
    if (bounds.clock.now() - beganMs >= limitMs) break;
  }
  throw new Fault('BOARD_GONE', { awaited: 'the bootloader, after a reset', seen });
}
