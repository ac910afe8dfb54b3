import type { BusDevice } from '@flashline/dfuse';

/** What a scan found on a port, and when. */
export interface Look {
  readonly device: BusDevice | null;
  /** Monotonic milliseconds. */
  readonly nowMs: number;
  /** How long nobody had looked before. */
  readonly unseenMs: number;
}

/** What was before something came onto a port: it was seen empty for `spanMs`, and was perhaps so for `slackMs` longer. */
export interface Gap {
  readonly spanMs: number;
  readonly slackMs: number;
  /** How long what was there before had been there. */
  readonly lastedMs: number;
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
  /** What was before it came; null while nothing has come since the port is followed. */
  readonly gap: Gap | null;
}

/** Nobody knows how long the port has been empty: long enough for any board to be swapped. */
export const LONG_EMPTY: Sight = sightOf(null, Number.NEGATIVE_INFINITY);

/** A port that is followed from now on. */
export function sightOf(device: BusDevice | null, nowMs: number): Sight {
  return { device, sinceMs: nowMs, slackMs: 0, lastedMs: 0, gap: null };
}

/** The sight after one more look; the same one when nothing has changed. */
export function looked(sight: Sight, look: Look): Sight {
  const { device, nowMs, unseenMs } = look;
  if (sameDevice(sight.device, device)) return sight;
  const gap = gapBefore(sight, look);
  return { device, sinceMs: nowMs, slackMs: unseenMs, lastedMs: gap.lastedMs, gap: device === null ? sight.gap : gap };
}

/** What was before what this look finds. */
export function gapBefore({ device, sinceMs, slackMs, lastedMs }: Sight, { nowMs, unseenMs }: Look): Gap {
  // It enumerated anew, or was swapped, between two looks.
  if (device !== null) return { spanMs: 0, slackMs: unseenMs, lastedMs: nowMs - sinceMs };
  return { spanMs: nowMs - sinceMs, slackMs, lastedMs };
}

/** The port as if what is there now were still to come: the next scan finds it again. */
export function stillToCome({ sinceMs, lastedMs, gap }: Sight): Sight {
  const { spanMs, slackMs } = gap ?? { spanMs: 0, slackMs: 0 };
  return { device: null, sinceMs: sinceMs - spanMs, slackMs, lastedMs, gap: null };
}

/** Whether two looks show one enumeration. */
export function sameDevice(one: BusDevice | null, other: BusDevice | null): boolean {
  return one?.address === other?.address && one?.mode === other?.mode;
}
