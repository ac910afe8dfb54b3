import type { BoardIdentity, FlashJob, ResultReport, Seating } from '@flashline/contracts';

/** What a worker knows about an attempt. */
export type Journalled =
  | { readonly is: 'unknown' }
  | { readonly is: 'begun'; readonly job: FlashJob }
  | { readonly is: 'ended'; readonly report: ResultReport };

/** Where the board of a seating that had an attempt sits. A slot has one seat: its latest. */
export interface Seat {
  readonly slot: string;
  readonly seating: Seating;
  readonly attemptId: string;
  /** The USB address at which it was seen last; changes when the board enumerates anew. */
  readonly address: number;
}

/** What a board says about itself before it is opened. Boards of one kind often say all the same. */
export type BoardName = Pick<BoardIdentity, 'vendorId' | 'productId' | 'bcdDevice' | 'usbSerial'>;

/** Whether a board may hold what an interrupted erase left: flash that reads blank, and is weak. */
export type Unproven =
  /** No board of this name was left without a proof. */
  | 'none'
  /** One was, and later one of this name passed: the same board, if its serial is its own. */
  | 'before-a-pass'
  /** One was, and none of this name has passed since. */
  | 'open'
  /** The same, and longer ago than a day: this one, if its serial is its own. */
  | 'open-long-ago';

/**
 * A worker's own record: attempts in flight, and results the ledger has not acknowledged. Every call that changes something
 * has committed durably when it returns.
 */
export interface Journal {
  /** Everything that `work` changes, in one commit: all of it is on the disk when this returns, or none. */
  together<T>(work: () => T): T;
  /** Before a board is touched. False when the attempt is already known: then the board must not be touched. */
  begin(job: FlashJob, seat: Seat, at: string): boolean;
  /** The board of a seating is seen under another address. */
  move(seat: Seat): void;
  /** Who sat where, so that a restarted worker knows a board again that it has already flashed. */
  seats(): Seat[];
  /** Keeps the result and puts it into the outbox, in one transaction; the first result wins. */
  end(report: ResultReport, at: string): ResultReport;
  look(attemptId: string): Journalled;
  /**
   * What the attempts before `now` say about the board that sits in a slot. Without proof is an attempt that
   * did not pass and erased, or may have: one that has not ended counts, in whatever slot, so ask before `begin`. Not counted are
   * the attempts `inSight`: their boards are seen where they sit, so they are others that happen to report the same serial.
   */
  unproven(board: BoardName, now: string, inSight?: readonly string[]): Unproven;
  /** Begun and not ended, oldest first: after a start, these were interrupted. */
  begun(): FlashJob[];
  /** Results that the ledger has not acknowledged, oldest first. */
  outbox(limit: number): ResultReport[];
  /** Forgets acknowledged results from the outbox; the journal keeps them so that a redelivered job finds them. */
  acknowledge(attemptIds: readonly string[], at: string): void;
  close(): void;
}
