import type { FlashJob } from '@flashline/contracts';
import type { Journal, Seat } from '@flashline/store';

/** An attempt that waits for its row in the journal. */
interface Beginning {
  readonly job: FlashJob;
  readonly seat: Seat;
  readonly resolve: (isNew: boolean) => void;
  readonly reject: (thrown: unknown) => void;
}

/** Writes attempts into the journal before their boards are touched, and those that come together with one commit: a hub is plugged in at once. */
export class Beginnings {
  readonly #journal: Pick<Journal, 'begin' | 'together'>;
  readonly #moment: () => string;
  #waiting: Beginning[] = [];

  constructor(journal: Pick<Journal, 'begin' | 'together'>, moment: () => string) {
    this.#journal = journal;
    this.#moment = moment;
  }

  /** Resolves when the attempt is on the disk; with false when it was there before. Rejects with RECORD_FAILED. */
  begin(job: FlashJob, seat: Seat): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, seat, resolve, reject });
      if (this.#waiting.length === 1) setImmediate(() => this.#write());
    });
  }

  #write(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    const begin = ({ job, seat }: Beginning) => this.#journal.begin(job, seat, this.#moment());
    try {
      const isNew = this.#journal.together(() => waiting.map(begin));
      for (const [n, one] of waiting.entries()) one.resolve(isNew[n] ?? false);
    } catch {
      // One that cannot be written keeps nobody else from it.
      for (const one of waiting) Promise.try(begin, one).then(one.resolve, one.reject);
    }
  }
}
