/**
 * A host that is late by less than this is not charged for it: timers are that coarse, and the silicon was working
 * meanwhile.
 */
const HOST_SLACK_MS = 2;

/**
 * The board's own account of time. Answers are due to the fraction of a millisecond and delivered by coarse timers; what a
 * late timer or a busy simulator costs is taken off the next transfer, so that hundreds of them add up to the exact sum.
 */
export class Timeline {
  /** When the board was done with the last transfer; null before the first. */
  #end: number | null = null;
  /** How late the last answer was delivered for reasons of ours. */
  #ownLagMs = 0;

  /**
   * When the host asked, in the board's time. `hostMs` is how long the host itself took since the last answer, where it can
   * be told apart from what the way between two processes cost; null where host and board share a process.
   */
  asked(now: number, hostMs: number | null = null): number {
    if (this.#end === null) return now;
    return Math.max(this.#end, hostMs === null ? now - this.#ownLagMs : this.#end + hostMs);
  }

  /** When the transfer it asks for begins. */
  start(now: number, hostMs: number | null = null): number {
    return Math.max(this.#end ?? now, this.asked(now, hostMs) - HOST_SLACK_MS);
  }

  /** A transfer will be over then. */
  runTo(end: number): void {
    this.#end = end;
  }

  /** The answer that was due is handed over now; `waited` when a timer was needed for it. */
  deliver(due: number, now: number, waited: boolean): void {
    const lateMs = Math.max(0, now - due);
    this.#ownLagMs = waited ? lateMs : Math.min(this.#ownLagMs, lateMs);
  }
}
