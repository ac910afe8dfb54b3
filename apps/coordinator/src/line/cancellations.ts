import { type Attempt, CHANNELS, Fault, type WorkerCommand } from '@flashline/contracts';
import type { Queue } from '@flashline/queue';
import type { Ledger } from '@flashline/store';

/** The attempts a person wants stopped. Commands may be lost, so each is told again until the attempt is recorded. */
export class Cancellations {
  readonly #ledger: Ledger;
  readonly #queue: Queue;
  readonly #stationOf = new Map<string, string>();

  constructor(ledger: Ledger, queue: Queue) {
    this.#ledger = ledger;
    this.#queue = queue;
  }

  /** Throws NOT_FOUND for an unknown attempt, and ATTEMPT_ENDED for one that has ended. */
  cancel(attemptId: string): Attempt {
    const attempt = this.#ledger.attempt(attemptId);
    if (attempt === null) throw new Fault('NOT_FOUND', { attemptId });
    if (attempt.result !== null) throw new Fault('ATTEMPT_ENDED', { attemptId, outcome: attempt.result.outcome });
    this.#stationOf.set(attemptId, attempt.station);
    this.#tell(attemptId, attempt.station);
    return attempt;
  }

  /** Tells everything that is still open once more. */
  repeat(): void {
    for (const [attemptId, station] of this.#stationOf)
      if (this.#ledger.attempt(attemptId)?.result === null) this.#tell(attemptId, station);
      else this.#stationOf.delete(attemptId);
  }

  #tell(attemptId: string, station: string): void {
    const command: WorkerCommand = { on: 'cancel', attemptId };
    void this.#queue.broadcast(CHANNELS.commands(station), command);
  }
}
