import type { FlashJob, ResultReport } from '@flashline/contracts';

/** What a worker knows about an attempt. */
export type Journalled =
  | { readonly is: 'unknown' }
  | { readonly is: 'begun'; readonly job: FlashJob }
  | { readonly is: 'ended'; readonly report: ResultReport };

/**
 * A worker's own record: attempts in flight, and results the ledger has not acknowledged. Every call that changes something
 * has committed durably when it returns.
 */
export interface Journal {
  /** Before a board is touched. False when the attempt is already known: then the board must not be touched. */
  begin(job: FlashJob, at: string): boolean;
  /** Keeps the result and puts it into the outbox, in one transaction; the first result wins. */
  end(report: ResultReport, at: string): ResultReport;
  look(attemptId: string): Journalled;
  /** Begun and not ended, oldest first: after a start, these were interrupted. */
  begun(): FlashJob[];
  /** Results that the ledger has not acknowledged, oldest first. */
  outbox(limit: number): ResultReport[];
  /** Forgets acknowledged results from the outbox; the journal keeps them so that a redelivered job finds them. */
  acknowledge(attemptIds: readonly string[], at: string): void;
  close(): void;
}
