import {
  Assignment,
  type Attempt,
  type BenchSlot,
  CHANNELS,
  Fault,
  type FlashJob,
  momentOf,
  type Seating,
  type WorkOrder,
} from '@flashline/contracts';
import type { Queue } from '@flashline/queue';
import type { Ledger } from '@flashline/store';
import type { Logger } from 'pino';
import type { Time } from '../time.ts';
import type { Floor, KnownStation } from './floor.ts';
import { isRefusal, type RecordGuard } from './record-guard.ts';

/** Open attempts are put on their queue again after this long: a queue that was wiped, or was away, loses nothing. */
export const DELIVER_AGAIN_MS = 5000;

/** An attempt without what came after its assignment. */
const AssignmentOfAttempt = Assignment.strip();

/** What the dispatcher stands on. */
export interface DispatcherParts {
  readonly ledger: Ledger;
  readonly queue: Queue;
  readonly floor: Floor;
  readonly guard: RecordGuard;
  readonly time: Time;
  readonly log: Logger;
  readonly newId: () => string;
}

/** A board in a slot that an attempt is made for. */
export interface Place {
  readonly station: KnownStation;
  readonly bench: BenchSlot;
  readonly seating: Seating;
}

/** Whether an order can work on a board: in its bootloader always, with its firmware running where the recipe says how to ask it. */
export function canTake({ recipe }: WorkOrder, { ready }: { readonly ready: boolean }): boolean {
  return ready || recipe.enter !== null;
}

/** Whether an order looks for the serial number of a unit: then its boards wait until a run names one. */
export function needsUnit({ recipe }: WorkOrder): boolean {
  return recipe.application?.serial === 'unit';
}

/** Gives boards their attempts: first a row in the ledger, then a ring of the doorbell. */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  /** When each open attempt was last put on its queue, in monotonic milliseconds. */
  readonly #deliveredAtMs = new Map<string, number>();

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  /** Gives every waiting board its one automatic attempt, as long as the active order needs boards, not units, and records succeed. */
  serve(): void {
    if (this.#parts.guard.trouble === null) this.#assignUpTo(Number.POSITIVE_INFINITY);
  }

  /** Makes an attempt exist and rings for it. Throws what the ledger refuses. */
  assign(order: WorkOrder, place: Place, unit: string | null): Attempt {
    const attempt = this.#parts.guard.write(() => this.#make(order, place, unit));
    this.#ring(attempt, order);
    return attempt;
  }

  #make(order: WorkOrder, { station, bench, seating }: Place, unit: string | null): Attempt {
    const { ledger, time, newId } = this.#parts;
    const image = ledger.image(order.image);
    if (image === null) throw new Fault('IMAGE_UNAVAILABLE', { image: order.image });
    const assignment: Assignment = {
      attemptId: newId(),
      station: station.station,
      slot: bench.slot,
      label: bench.label,
      seatingId: seating.id,
      orderId: order.id,
      image: order.image,
      intended: image.content,
      unit,
      simulated: station.simulated,
      assignedAt: momentOf(time.epochMs()),
    };
    return ledger.assign(assignment);
  }

  /** Only what is committed is shown and delivered. */
  #ring(attempt: Attempt, order: WorkOrder): void {
    this.#parts.floor.attemptChanged(attempt);
    void this.#deliver(AssignmentOfAttempt.parse(attempt), order);
  }

  /**
   * Rings again for everything open, and lets the line go on after trouble: while records fail only one board is tried,
   * which shows whether they succeed again.
   */
  sweep(): void {
    const open = this.#parts.ledger.openAttempts();
    const openIds = new Set(open.map(({ attemptId }) => attemptId));
    for (const known of this.#deliveredAtMs.keys()) if (!openIds.has(known)) this.#deliveredAtMs.delete(known);
    for (const attempt of open) if (this.#isUnheard(attempt)) this.#deliverAgain(attempt);
    this.#assignUpTo(this.#parts.guard.trouble === null ? Number.POSITIVE_INFINITY : 1);
  }

  #assignUpTo(boardsMax: number): void {
    const order = this.#parts.ledger.activeOrder();
    if (order === null || needsUnit(order)) return;
    const neededMax = Math.min(order.counts.left - order.counts.inWork, boardsMax);
    const places = [...this.#places(order)];
    if (neededMax <= 0 || places.length === 0) return;
    // A hub full of boards is one commit, not one for each.
    const { ledger, guard } = this.#parts;
    const made = guard.write(() => ledger.together(() => this.#makeUpTo(neededMax, order, places)));
    for (const attempt of made) this.#ring(attempt, order);
  }

  #makeUpTo(neededMax: number, order: WorkOrder, places: readonly Place[]): Attempt[] {
    const made: Attempt[] = [];
    for (const place of places) {
      if (made.length >= neededMax) break;
      const attempt = this.#tryMake(order, place);
      if (attempt !== null) made.push(attempt);
    }
    return made;
  }

  /** Boards that may be given to this order and certainly had no attempt yet. */
  *#places(order: WorkOrder): IterableIterator<Place> {
    for (const station of this.#parts.floor.stations()) {
      if (!station.online || station.simulated !== order.simulated) continue;
      for (const bench of station.slots) {
        if (bench.state.is !== 'waiting' || bench.state.perhapsOf !== null || !canTake(order, bench.state)) continue;
        if (this.#parts.floor.latestAttempt(station.station, bench) !== null) continue;
        yield { station, bench, seating: bench.state.seating };
      }
    }
  }

  /** Null when the ledger refuses this one board; whatever else goes wrong ends the round. */
  #tryMake(order: WorkOrder, place: Place): Attempt | null {
    try {
      return this.#make(order, place, null);
    } catch (thrown) {
      if (!isRefusal(thrown)) throw thrown;
      this.#parts.log.debug({ slot: place.bench.slot, code: thrown.code }, 'a board was not assigned');
      return null;
    }
  }

  /** A worker that shows the attempt on its bench has the job: what it owes then is the result, and its outbox sees to that. */
  #isUnheard({ attemptId, station, slot }: Attempt): boolean {
    const { floor, time } = this.#parts;
    const state = floor.benchSlot(station, slot)?.state;
    if (state !== undefined && 'attemptId' in state && state.attemptId === attemptId) return false;
    const deliveredAtMs = this.#deliveredAtMs.get(attemptId) ?? Number.NEGATIVE_INFINITY;
    return floor.station(station)?.online === true && time.monotonicMs() - deliveredAtMs >= DELIVER_AGAIN_MS;
  }

  #deliverAgain(attempt: Attempt): void {
    const order = attempt.orderId === null ? null : this.#parts.ledger.order(attempt.orderId);
    if (order !== null) void this.#deliver(AssignmentOfAttempt.parse(attempt), order);
  }

  /** Never rejects: the sweep tries again. The worker's journal keeps a job that arrives twice from running twice. */
  async #deliver(assignment: Assignment, { imageName, loadAddress, board, recipe }: WorkOrder): Promise<void> {
    const { queue, time, log } = this.#parts;
    const { attemptId, station, slot } = assignment;
    const job: FlashJob = { assignment, imageName, loadAddress, board, recipe };
    this.#deliveredAtMs.set(attemptId, time.monotonicMs());
    try {
      await queue.add(CHANNELS.slot(station, slot), attemptId, job);
    } catch (err) {
      this.#deliveredAtMs.delete(attemptId);
      log.warn({ err, attemptId }, 'a job waits for the queue');
    }
  }
}
