import { setTimeout } from 'node:timers/promises';
import { type AttemptResult, asFault, Fault, type FlashJob, momentOf, type ResultReport } from '@flashline/contracts';
import type { Journal } from '@flashline/store';
import { type AttemptWorld, attempt, type Trail } from './attempt.ts';
import { Beginnings } from './beginnings.ts';
import { type Ending, endingOfFault } from './ending.ts';
import type { PortHosts } from './hosts/port-hosts.ts';
import { provenResult } from './proven-result.ts';
import type { End } from './slots/aftermath.ts';
import { attemptedBoard } from './slots/slot-views.ts';

export interface AttemptsOptions extends Omit<AttemptWorld, 'journal' | 'hosts' | 'beginnings' | 'inSight'> {
  readonly station: string;
  readonly toolVersion: string;
  readonly journal: Journal;
  readonly hosts: AttemptWorld['hosts'] & Pick<PortHosts, 'cancel'>;
  /** A result has been kept in the journal and waits in the outbox. */
  readonly onResult: () => void;
  /** Somebody asks for a result that was sent before. */
  readonly onAskedAgain: (report: ResultReport) => void;
  /** Whether results can be kept. Null when they can be again. */
  readonly onTrouble: (fault: Fault | null) => void;
}

/** An attempt that was taken on and has not ended. */
interface InWork {
  readonly slot: string;
  readonly cancel: AbortController;
}

/** A disk that is full stays full for a while. */
const KEEP_AGAIN_MS = 5_000;
/** Attempts that were stopped before their jobs came: no more are remembered. */
const CANCELLED_MAX = 1_000;

/** Runs jobs on boards. The journal is the fence: an attempt that it knows never touches a board again. */
export class Attempts {
  readonly #options: AttemptsOptions;
  readonly #world: AttemptWorld;
  /** A queue that lost a lock delivers a job again while it still runs. */
  readonly #inWork = new Map<string, InWork>();
  /** Stopped before their jobs came. */
  readonly #cancelled = new Set<string>();

  constructor(options: AttemptsOptions) {
    this.#options = options;
    const beginnings = new Beginnings(options.journal, options.moment);
    this.#world = { ...options, beginnings, inSight: () => this.#inSight() };
  }

  /** After a start: what was in flight when the worker died ends as an error, and nothing is flashed again by itself. */
  endInterrupted(): void {
    for (const job of this.#options.journal.begun()) {
      const interrupted = endingOfFault(new Fault('STATION_RESTARTED'));
      this.#keep(job, this.#result(job, interrupted, job.assignment.assignedAt, 0));
    }
  }

  /** One delivery of a job. Deliveries may come twice, late, or for a board that has left. Resolves when the result is kept. */
  async run(job: FlashJob, closing: AbortSignal): Promise<void> {
    const { attemptId } = job.assignment;
    const known = this.#options.journal.look(attemptId);
    switch (known.is) {
      case 'ended':
        this.#options.onAskedAgain(known.report);
        return;
      case 'begun':
        return;
      case 'unknown':
        if (this.#inWork.has(attemptId)) return;
        await this.#first(job, closing).finally(() => this.#inWork.delete(attemptId));
        return;
      default:
        known satisfies never;
    }
  }

  cancel(attemptId: string): void {
    if (this.#options.journal.look(attemptId).is === 'ended') return;
    const inWork = this.#inWork.get(attemptId);
    if (inWork === undefined) this.#cancelFuture(attemptId);
    inWork?.cancel.abort(new Fault('CANCELLED'));
    this.#options.hosts.cancel(attemptId);
  }

  #cancelFuture(attemptId: string): void {
    const [oldest] = this.#cancelled;
    if (oldest !== undefined && this.#cancelled.size >= CANCELLED_MAX) this.#cancelled.delete(oldest);
    this.#cancelled.add(attemptId);
  }

  async #first(job: FlashJob, closing: AbortSignal): Promise<void> {
    const { bench, moment, nowMs } = this.#options;
    const { attemptId, slot } = job.assignment;
    const cancel = new AbortController();
    this.#inWork.set(attemptId, { slot, cancel });
    if (this.#cancelled.delete(attemptId)) cancel.abort(new Fault('CANCELLED'));
    const startedAt = moment();
    const startedMs = nowMs();
    const stops = { cancelled: cancel.signal, closing };
    const trail: Trail = { board: null, phases: [] };
    const ending = await attempt(job, this.#world, stops, trail).catch(endingOfFault);
    const endedMs = nowMs();
    const result = this.#result(job, withTrail(ending, trail), startedAt, endedMs - startedMs);
    const end = endOf(job, result, ending.cameUp);
    bench.tell(slot, { on: 'ended', attemptId, end, nowMs: endedMs });
    await this.#keepAtLast(job, result, closing);
    bench.tell(slot, { on: 'kept', attemptId });
  }

  /** Attempts whose boards are on the bus, each in its own slot: many ROMs report one serial for all. */
  #inSight(): string[] {
    return [...this.#inWork].flatMap(([attemptId, { slot }]) => {
      const seen = attemptedBoard(this.#options.bench.state(slot));
      return seen?.attemptId === attemptId && seen.device !== null ? [attemptId] : [];
    });
  }

  #result(job: FlashJob, ending: Ending, startedAt: string, durationMs: number): AttemptResult {
    const { toolVersion, moment } = this.#options;
    return provenResult(job, ending, { toolVersion, startedAt, endedAt: moment(), durationMs });
  }

  /** The slot stays busy until its result is kept: a station that cannot record must not flash. */
  async #keepAtLast(job: FlashJob, result: AttemptResult, closing: AbortSignal): Promise<void> {
    for (;;) {
      try {
        this.#keep(job, result);
        this.#options.onTrouble(null);
        return;
      } catch (thrown) {
        if (closing.aborted) throw thrown;
        this.#options.onTrouble(asFault(thrown, 'RECORD_FAILED'));
        await setTimeout(KEEP_AGAIN_MS, undefined, { signal: closing }).catch(() => {});
      }
    }
  }

  #keep({ assignment }: FlashJob, result: AttemptResult): void {
    const report: ResultReport = { station: this.#options.station, assignment, result };
    this.#options.journal.end(report, this.#options.moment());
    this.#options.onResult();
  }
}

/** A board that was never met in its bootloader is what it said of itself while it ran. */
function withTrail(ending: Ending, { board, phases }: Trail): Ending {
  return { ...ending, board: ending.board ?? board, phases: [...phases, ...ending.phases] };
}

/** What the end of an attempt tells the slot of its board. */
function endOf({ recipe }: FlashJob, { outcome, fault }: AttemptResult, cameUp: boolean): End {
  return { outcome, fault, resets: recipe.unprotect || recipe.lock.length > 0, cameUp };
}

/** The moment now, as records write it. */
export function wallMoment(): string {
  return momentOf(Date.now());
}
