import type { BusDevice } from '@flashline/dfuse';

/** What a scan found on a port, and when. */
export interface Look {
  readonly device: BusDevice | null;
  /** Monotonic milliseconds. */
  readonly nowMs: number;
  /** How long nobody had looked before. */
  readonly unseenMs: number;
  /** Whether a hub on the way to the port is another enumeration than at the look before, or left or came since. */
  readonly hubMoved: boolean;
}

/** What was before something came onto a port: it was seen empty for `spanMs`, and was perhaps so for `slackMs` longer. */
export interface Gap {
  readonly spanMs: number;
  readonly slackMs: number;
  /** How long what was there before had been there; 0 for a stranger, which may be a loader that goes by itself. */
  readonly lastedMs: number;
  /** When a hub on the way last left or came back meanwhile; null when none did. */
  readonly hubMovedMs: number | null;
}

/** What is on a port, and since when. */
export interface Sight {
  readonly device: BusDevice | null;
  /** Monotonic time since which it is so. */
  readonly sinceMs: number;
  /** How long nobody had looked when it became so. */
  readonly slackMs: number;
  /** How long what was there before had been there. */
  readonly lastedMs: number;
  /** When a hub on the way last left or came back since something came onto the port; null when none did. */
  readonly hubMovedMs: number | null;
  /** What was before it came; null while nothing has come since the port is followed. */
  readonly gap: Gap | null;
}

/** Nobody knows how long the port has been empty: long enough for any board to be swapped. */
export const LONG_EMPTY: Sight = sightOf(null, Number.NEGATIVE_INFINITY);

/** A port that is followed from now on. */
export function sightOf(device: BusDevice | null, nowMs: number): Sight {
  return { device, sinceMs: nowMs, slackMs: 0, lastedMs: 0, hubMovedMs: null, gap: null };
}

/** The sight after one more look; the same one when nothing has changed, or when it is older than what is known. */
export function looked(sight: Sight, look: Look): Sight {
  const { device, nowMs, unseenMs } = look;
  if (nowMs < sight.sinceMs) return sight;
  // Hubs are looked at a moment after the devices, so one may be seen to move while what is behind it still seems to be there.
  if (sameDevice(sight.device, device)) return look.hubMoved ? { ...sight, hubMovedMs: nowMs } : sight;
  const gap = gapBefore(sight, look);
  const { lastedMs, hubMovedMs } = gap;
  const hasCome = device !== null;
  const before = hasCome ? { hubMovedMs: null, gap } : { hubMovedMs, gap: sight.gap };
  return { device, sinceMs: nowMs, slackMs: unseenMs, lastedMs, ...before };
}

/** What was before what this look finds. */
export function gapBefore(sight: Sight, { nowMs, unseenMs, hubMoved }: Look): Gap {
  const { device, sinceMs, slackMs, lastedMs } = sight;
  const hubMovedMs = hubMoved ? nowMs : sight.hubMovedMs;
  // It enumerated anew, or was swapped, between two looks.
  const wasThereMs = device?.mode === 'other' ? 0 : nowMs - sinceMs;
  if (device !== null) return { spanMs: 0, slackMs: unseenMs, lastedMs: wasThereMs, hubMovedMs };
  return { spanMs: nowMs - sinceMs, slackMs, lastedMs, hubMovedMs };
}

/** Whether something else is on the port than this device. */
export function hasAnother({ device }: Sight, than: BusDevice): boolean {
  return device !== null && !sameDevice(device, than);
}

/** Whether two looks show one enumeration. */
export function sameDevice(one: BusDevice | null, other: BusDevice | null): boolean {
  return one?.address === other?.address && one?.mode === other?.mode;
}
