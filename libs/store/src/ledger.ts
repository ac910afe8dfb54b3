import type {
  Assignment,
  Attempt,
  AttemptPage,
  AttemptQuery,
  AttemptResult,
  Image,
  OrderAction,
  WorkOrder,
} from '@flashline/contracts';

/** A work order before the ledger counts for it. */
export type OrderRow = Omit<WorkOrder, 'imageName' | 'state' | 'counts' | 'createdAt' | 'changedAt'>;

/** What a check of the ledger found. It is sound when `problems` is empty. */
export interface LedgerCheck {
  readonly images: number;
  readonly orders: number;
  readonly attempts: number;
  readonly results: number;
  /** Attempts still in work: normal on a running station. */
  readonly open: number;
  readonly problems: readonly string[];
}

/**
 * The coordinator's record: orders, images, attempts. Attempts are append-only. Every call that changes something has
 * committed durably when it returns. `at` is a moment in UTC.
 */
export interface Ledger {
  /** The same file again returns the first row. */
  addImage(image: Image): Image;
  image(sha256: string): Image | null;
  /** Newest first. */
  images(): Image[];

  /** The same order again returns the first row; another one under its id is ORDER_EXISTS; an unknown image is NOT_FOUND. */
  createOrder(order: OrderRow, at: string): WorkOrder;
  order(id: string): WorkOrder | null;
  /** Newest first. */
  orders(): WorkOrder[];
  activeOrder(): WorkOrder | null;
  /** Idempotent where it makes sense (starting an active order). Faults: NOT_FOUND, ORDER_STATE, ORDER_OTHER_ACTIVE. */
  moveOrder(id: string, action: OrderAction, at: string): WorkOrder;

  /** Everything that `work` changes, in one commit: all of it is on the disk when this returns, or none. */
  together<T>(work: () => T): T;
  /** Makes an attempt exist. Faults: SLOT_BUSY while the slot has an open one, ORDER_STATE when the order is not active or needs no more, SIMULATION_MIXED. */
  assign(assignment: Assignment): Attempt;
  /** Commits how an attempt ended; the first result wins and `fresh` tells whether this was it. An unknown attempt is recorded whole. Completes the order at its quantity. */
  record(assignment: Assignment, result: AttemptResult, at: string): { attempt: Attempt; fresh: boolean };
  /** Attempts without a result, oldest first. */
  openAttempts(): Attempt[];
  attempt(attemptId: string): Attempt | null;
  /** The latest attempt of a seating, if it had any. */
  lastAttempt(station: string, seatingId: string): Attempt | null;
  attempts(query: AttemptQuery): AttemptPage;
  /** Every attempt that matches, newest first, without paging: `cursor` and `limit` are ignored. */
  eachAttempt(query: AttemptQuery): IterableIterator<Attempt>;

  /** Integrity of the file, and of what it says. */
  check(): LedgerCheck;
  close(): void;
}

/** What can be asked of a ledger beside the process that writes it. */
export type LedgerReader = Omit<Ledger, 'addImage' | 'createOrder' | 'moveOrder' | 'assign' | 'record'>;
