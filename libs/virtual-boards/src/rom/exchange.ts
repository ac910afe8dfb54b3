/** One class request to the DFU interface, as the device sees it. */
export interface Setup {
  readonly direction: 'in' | 'out';
  readonly request: number;
  readonly value: number;
  /** wLength: bytes that follow, or that the host has room for. */
  readonly length: number;
  readonly data: Uint8Array;
}

/** The times of one request, in milliseconds of the board's time. */
export interface Moment {
  /** When the host sent it. */
  readonly askedAt: number;
  /** When the wire was free for it: a little earlier at most. */
  readonly start: number;
  /** When the host stops waiting for an answer. */
  readonly giveUpAt: number;
}

/** Why the device leaves the bus after an answer, and how long it is away besides the time to enumerate. */
export interface Departure {
  readonly why: 'leave' | 'reset';
  readonly awayMs: number;
}

/** What the device does about a request, and when that is over. */
export type Reply =
  | { readonly kind: 'data'; readonly at: number; readonly bytes: Uint8Array; readonly departs: Departure | null }
  | { readonly kind: 'stall'; readonly at: number }
  /** It leaves the bus instead of answering. */
  | { readonly kind: 'goes'; readonly at: number; readonly departs: Departure }
  /** It is busy for longer than the host waits, and does not even look at the request. */
  | { readonly kind: 'silence' };
