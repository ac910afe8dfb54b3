import { CHANNELS, type ResultReport } from '@flashline/contracts';
import type { Queue } from '@flashline/queue';
import type { Journal } from '@flashline/store';

/** Unacknowledged results are sent again this often. */
const RESEND_MS = 2_000;
/** Results sent at once; the rest follows when these are acknowledged. */
const BATCH = 100;

/** Sends results to the ledger until it acknowledges them. A result is lost only with the journal's disk. */
export class Outbox {
  readonly #journal: Journal;
  readonly #queue: Queue;
  readonly #onTrouble: (thrown: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  #sending: Promise<void> | null = null;
  #isAskedAgain = false;

  constructor(journal: Journal, queue: Queue, onTrouble: (thrown: unknown) => void) {
    this.#journal = journal;
    this.#queue = queue;
    this.#onTrouble = onTrouble;
    this.#timer = setInterval(() => this.kick(), RESEND_MS);
  }

  /** Something new is in the outbox. */
  kick(): void {
    this.#isAskedAgain = true;
    this.#sending ??= this.#send().finally(() => {
      this.#sending = null;
    });
  }

  /** Sends a result that may have been acknowledged before to a ledger that asks for it again. */
  async again(report: ResultReport): Promise<void> {
    await this.#queue.add(CHANNELS.results, report.result.attemptId, report).catch(this.#onTrouble);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sending;
  }

  async #send(): Promise<void> {
    while (this.#isAskedAgain) {
      this.#isAskedAgain = false;
      try {
        for (const report of this.#journal.outbox(BATCH))
          await this.#queue.add(CHANNELS.results, report.result.attemptId, report);
      } catch (thrown) {
        // The timer tries again; until then the journal keeps everything.
        this.#onTrouble(thrown);
      }
    }
  }
}
