import type { HostRole } from './host-messages.ts';

/** One process that starts, or waits for its turn. */
interface Start {
  readonly role: HostRole;
  readonly begin: () => void;
}

/** The start is over, or not wanted any more. Calling it again changes nothing. */
export type LeaveLine = () => void;

/**
 * Has host processes start a few at a time, in the order in which they came: a start takes a processor for seconds on a slow computer,
 * and many at once would all miss their deadline. The one that watches the bus waits for nobody, and all others wait for it: without
 * it nothing is done.
 */
export class StartLine {
  readonly #startsMax: number;
  readonly #waiting = new Set<Start>();
  readonly #starting = new Set<Start>();

  constructor(startsMax: number) {
    this.#startsMax = startsMax;
  }

  /** Calls `begin` when it is its turn, which may be now. Whoever begins holds a place until it leaves. */
  enter(role: HostRole, begin: () => void): LeaveLine {
    const start: Start = { role, begin };
    this.#waiting.add(start);
    this.#goOn();
    return () => {
      this.#waiting.delete(start);
      if (this.#starting.delete(start)) this.#goOn();
    };
  }

  #goOn(): void {
    for (const start of this.#waiting) {
      if (!this.#isTurnOf(start)) continue;
      this.#waiting.delete(start);
      this.#starting.add(start);
      start.begin();
    }
  }

  #isTurnOf({ role }: Start): boolean {
    if (role === 'discovery') return true;
    return this.#starting.size < this.#startsMax && ![...this.#starting].some((start) => start.role === 'discovery');
  }
}
