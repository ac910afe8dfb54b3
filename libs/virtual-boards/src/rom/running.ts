import type { FlashMemory } from '../flash/flash-memory.ts';
import type { Random } from '../random.ts';
import type { Operation } from './rom-commands.ts';

/** An operation that flash is busy with. */
export class Running {
  readonly operation: Operation;
  #startedAt: number | null = null;

  constructor(operation: Operation) {
    this.operation = operation;
  }

  /** When it is over; never, for some. */
  get until(): number {
    if (this.#startedAt === null || this.operation.ends === 'never') return Number.POSITIVE_INFINITY;
    return this.#startedAt + this.operation.runMs;
  }

  isBusyAt(now: number): boolean {
    return now < this.until;
  }

  /** The first call counts. */
  startAt(now: number): void {
    this.#startedAt ??= now;
  }

  /** Power is gone: the part of the work that its time was not enough for is taken back, or left half done. */
  cutOff(now: number, memory: FlashMemory, random: Random): void {
    if (!this.isBusyAt(now)) return;
    const elapsedMs = this.#startedAt === null ? 0 : now - this.#startedAt;
    memory.tear(this.operation.changes, Math.min(elapsedMs / this.operation.runMs, ALMOST), random);
  }
}

/** What never ends has not ended, however long it has been running. */
const ALMOST = 0.999;
