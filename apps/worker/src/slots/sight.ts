import type { BusDevice } from '@flashline/dfuse';

/** What a scan found on a port, and when. */
export interface Look {
  readonly device: BusDevice | null;
  /** The address of what the kernel has there and the USB library does not show yet; null when nothing has come, or nobody tells. */
  readonly arriving: number | null;
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
  /** What came is at the address of what was there before: another seldom is, and a look may have missed it. */
  readonly isBack: boolean;
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
  /** What was there before the port was seen empty; null while something is there, or nothing was. */
  readonly left: BusDevice | null;
  /** What has come onto the port, when the kernel had it, and nobody knows yet what it is. */
  readonly arriving: { readonly address: number; readonly sinceMs: number } | null;
}

/** Nobody knows how long the port has been empty: long enough for any board to be swapped. */
export const LONG_EMPTY: Sight = sightOf(null, Number.NEGATIVE_INFINITY);

/** A port that is followed from now on. */
export function sightOf(device: BusDevice | null, nowMs: number): Sight {
  return { device, sinceMs: nowMs, slackMs: 0, lastedMs: 0, hubMovedMs: null, gap: null, left: null, arriving: null };
}

/** The sight after one more look; the same one when nothing has changed, or when it is older than what is known. */
export function looked(sight: Sight, look: Look): Sight {
  const { device, nowMs, unseenMs } = look;
  if (nowMs < sight.sinceMs) return sight;
  const nameless = namelessBefore(sight, look);
  if (nameless !== null) return looked(looked(sight, nameless), look);
  if (isThere(sight, look)) return stillThere(sight, look);
  const gap = gapBefore(sight, look);
  const { lastedMs, hubMovedMs } = gap;
  if (device !== null) return { ...sightOf(device, arrivedMs(sight, look)), slackMs: unseenMs, lastedMs, gap };
  const empty = { device, sinceMs: nowMs, slackMs: unseenMs, lastedMs, hubMovedMs, gap: sight.gap, left: sight.device };
  return { ...empty, arriving: arrivingAt(look, null) };
}

/**
 * What came onto the port after it was seen empty, and had gone before this look, and nobody ever knew what it was: as good as a
 * stranger. Null when nothing did.
 */
export function namelessBefore<L extends Look>({ arriving, sinceMs }: Sight, look: L): L | null {
  const address = look.device?.address ?? look.arriving;
  if (arriving === null || arriving.address === address || look.nowMs < sinceMs) return null;
  return { ...look, device: { ...NAMELESS, address: arriving.address }, arriving: null, nowMs: arriving.sinceMs };
}

const NAMELESS = { path: '', vendorId: 0, productId: 0, bcdDevice: 0, usbSerial: null, mode: 'other' } as const;

/** Whether this look finds what is known: also where the USB library does not show it, and the kernel has it at its address. */
export function isThere({ device: known }: Sight, { device, arriving }: Look): boolean {
  return sameDevice(known, device) || (known !== null && device === null && known.address === arriving);
}

function stillThere(sight: Sight, look: Look): Sight {
  // Hubs are looked at a moment after the devices, so one may be seen to move while what is behind it still seems to be there.
  const moved = look.hubMoved ? { ...sight, hubMovedMs: look.nowMs } : sight;
  if (moved.device !== null) return moved;
  const arriving = arrivingAt(look, sight.arriving);
  return arriving === sight.arriving ? moved : { ...moved, arriving };
}

function arrivingAt({ arriving: address, nowMs }: Look, before: Sight['arriving']): Sight['arriving'] {
  if (address === before?.address) return before;
  return address === null ? null : { address, sinceMs: nowMs };
}

/** When what this look finds came: the kernel has it before anybody knows what it is, and udev may be seconds late. */
export function arrivedMs({ arriving }: Sight, { device, nowMs }: Look): number {
  return arriving !== null && arriving.address === device?.address ? arriving.sinceMs : nowMs;
}

/** What was before what this look finds. */
export function gapBefore(sight: Sight, look: Look): Gap {
  const { device, sinceMs, slackMs, lastedMs, left } = sight;
  const { nowMs, unseenMs, hubMoved } = look;
  const hubMovedMs = hubMoved ? nowMs : sight.hubMovedMs;
  // It enumerated anew, or was swapped, between two looks.
  const wasThereMs = device?.mode === 'other' ? 0 : nowMs - sinceMs;
  if (device !== null) return { spanMs: 0, slackMs: unseenMs, lastedMs: wasThereMs, hubMovedMs, isBack: false };
  const isBack = left !== null && sameDevice(left, look.device);
  return { spanMs: arrivedMs(sight, look) - sinceMs, slackMs, lastedMs, hubMovedMs, isBack };
}

/** Whether something else is on the port than this device. */
export function hasAnother({ device }: Sight, than: BusDevice): boolean {
  return device !== null && !sameDevice(device, than);
}

/** Whether two looks show one enumeration. */
export function sameDevice(one: BusDevice | null, other: BusDevice | null): boolean {
  return one?.address === other?.address && one?.mode === other?.mode;
}
