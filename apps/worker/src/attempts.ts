import { setTimeout } from 'node:timers/promises';
import {
  type Assignment,
  type AttemptResult,
  asFault,
  type BoardIdentity,
  Fault,
  type FlashJob,
  momentOf,
  type PhaseName,
  type ResultReport,
} from '@flashline/contracts';
import { type BusDevice, covers, type Seated, type Trust } from '@flashline/dfuse';
import type { Range } from '@flashline/firmware';
import type { Journal, Seat } from '@flashline/store';
import { admit, type Found } from './admission.ts';
import { Beginnings } from './beginnings.ts';
import { type Ending, endingOfFault } from './ending.ts';
import type { OnProgress, PortHosts } from './hosts/port-hosts.ts';
import { provenResult } from './proven-result.ts';
import type { Bench } from './slots/bench.ts';
import { identityOf } from './slots/same-board.ts';
import type { EndStart, Starts } from './slots/starts.ts';

/** Fetches an image to a local file by the sha256 of that file. Rejects with IMAGE_UNAVAILABLE. */
export type ImageSource = (sha256: string) => Promise<string>;

/** What a board says about itself on the bus. */
type NamedBoard = Omit<BoardIdentity, 'layout'>;

/** Keeps what a recipe preserves while the board does not have it: after a power cut it is the only copy. */
export interface Safe {
  keep(attemptId: string, board: NamedBoard, ranges: readonly Range[]): Promise<void>;
  /** What is left of attempts that did not give back what they took from a board that says this of itself; null for nothing. */
  left(
    board: NamedBoard,
  ): Promise<{ readonly attemptIds: readonly string[]; readonly ranges: readonly Range[] } | null>;
  /** The board has it again. */
  drop(attemptIds: readonly string[]): Promise<void>;
}

export interface AttemptsOptions {
  readonly station: string;
  readonly toolVersion: string;
  /** Whether the boards of this station are virtual. */
  readonly simulated: boolean;
  readonly journal: Journal;
  readonly bench: Pick<Bench, 'state' | 'tell'>;
  readonly starts: Starts;
  readonly hosts: Pick<PortHosts, 'enter' | 'flash' | 'cancel'>;
  readonly images: ImageSource;
  readonly safe: Safe;
  readonly nowMs: () => number;
  readonly moment: () => string;
  readonly onProgress: (assignment: Assignment, ...progress: Parameters<OnProgress>) => void;
  /** A result has been kept in the journal and waits in the outbox. */
  readonly onResult: () => void;
  /** Somebody asks for a result that was sent before. */
  readonly onAskedAgain: (report: ResultReport) => void;
  /** Whether results can be kept. Null when they can be again. */
  readonly onTrouble: (fault: Fault | null) => void;
}

/** What draws most current: the board comes up, and its flash is erased. */
const STARTING: ReadonlySet<PhaseName> = new Set<PhaseName>(['identify', 'plan', 'erase']);
/** Firmware comes up within a second or two, unless it was looked for in vain. */
const FIRMWARE_DUE_MS = 5_000;
const SLOW_FIRMWARE_DUE_MS = 60_000;
/** A disk that is full stays full for a while. */
const KEEP_AGAIN_MS = 5_000;

/** Runs jobs on boards. The journal is the fence: an attempt that it knows never touches a board again. */
export class Attempts {
  readonly #options: AttemptsOptions;
  readonly #beginnings: Beginnings;
  readonly #cancelled = new Set<string>();
  /** Attempts that wait for their turn behind their hub. */
  readonly #queued = new Map<string, AbortController>();
  /** Attempts taken on and not ended, with their slots. A queue that lost a lock delivers a job again while it still runs. */
  readonly #inWork = new Map<string, string>();

  constructor(options: AttemptsOptions) {
    this.#options = options;
    this.#beginnings = new Beginnings(options.journal, options.moment);
  }

  /** After a start: what was in flight when the worker died ends as an error, and nothing is flashed again by itself. */
  endInterrupted(): void {
    for (const job of this.#options.journal.begun()) {
      const interrupted = endingOfFault(new Fault('STATION_RESTARTED'));
      this.#keep(job.assignment, this.#result(job.assignment, interrupted, job.assignment.assignedAt, 0));
    }
  }

  /** One delivery of a job. Deliveries may come twice, late, or for a board that has left. Resolves when the result is kept. */
  async run(job: FlashJob, signal: AbortSignal): Promise<void> {
    const { journal } = this.#options;
    const known = journal.look(job.assignment.attemptId);
    switch (known.is) {
      case 'ended':
        this.#options.onAskedAgain(known.report);
        return;
      case 'begun':
        return;
      case 'unknown':
        await this.#onlyOnce(job, signal);
        return;
      default:
        known satisfies never;
    }
  }

  cancel(attemptId: string): void {
    if (this.#options.journal.look(attemptId).is === 'ended') return;
    this.#cancelled.add(attemptId);
    this.#queued.get(attemptId)?.abort(new Fault('CANCELLED'));
    this.#options.hosts.cancel(attemptId);
  }

  async #onlyOnce(job: FlashJob, signal: AbortSignal): Promise<void> {
    const { attemptId, slot } = job.assignment;
    if (this.#inWork.has(attemptId)) return;
    this.#inWork.set(attemptId, slot);
    try {
      await this.#first(job, signal);
    } finally {
      this.#inWork.delete(attemptId);
    }
  }

  async #first(job: FlashJob, signal: AbortSignal): Promise<void> {
    const { assignment } = job;
    const startedAt = this.#options.moment();
    const startedMs = this.#options.nowMs();
    const ended = await this.#inTurn(job, signal).catch(endingOfFault);
    const durationMs = this.#options.nowMs() - startedMs;
    this.#cancelled.delete(assignment.attemptId);
    await this.#keepAtLast(assignment, this.#result(assignment, ended, startedAt, durationMs), signal);
    const { slot, attemptId } = assignment;
    const nowMs = this.#options.nowMs();
    const after = { firmwareDueMs: firmwareDueAfter(ended), wasLost: wasLost(job, ended) };
    this.#options.bench.tell(slot, { on: 'ended', attemptId, nowMs, ...after });
  }

  /** Waits until the hub of the slot bears one more board that starts. Its start is over when its erase is, or when it ends. */
  async #inTurn(job: FlashJob, signal: AbortSignal): Promise<Ending> {
    const { attemptId, slot, image } = job.assignment;
    const imageFile = await this.#options.images(image);
    const stopped = new AbortController();
    const stop = () => stopped.abort(new Fault('STATION_RESTARTED'));
    this.#queued.set(attemptId, stopped);
    signal.addEventListener('abort', stop, { once: true });
    const endStart = await this.#options.starts.enter(slot, stopped.signal).finally(() => {
      this.#queued.delete(attemptId);
      signal.removeEventListener('abort', stop);
    });
    return await this.#flash(job, imageFile, endStart).finally(endStart);
  }

  async #flash(job: FlashJob, imageFile: string, endStart: EndStart): Promise<Ending> {
    const { bench, hosts, safe, simulated } = this.#options;
    const { attemptId, slot, image } = job.assignment;
    if (job.assignment.simulated !== simulated) throw new Fault('SIMULATION_MIXED', { simulated: !simulated });
    if (this.#cancelled.has(attemptId)) throw new Fault('CANCELLED');
    const found = admit(job, bench.state(slot));
    const device = await this.#inBootloader(job, found);
    const board = identityOf(device);
    const seat = { slot, seating: { ...found.seating, board }, attemptId, address: device.address };
    const trust = this.#trust(seat);
    const left = job.recipe.preserve.length > 0 ? await safe.left(board) : null;
    if (!(await this.#beginnings.begin(job, seat))) throw new Fault('STATION_BUG', { reason: 'attempt begun twice' });
    bench.tell(slot, { on: 'begun', attemptId, device });
    // Somebody may have stopped it while the image or the safe was being read.
    if (this.#cancelled.has(attemptId)) throw new Fault('CANCELLED');
    const order = {
      attemptId,
      path: slot,
      imageFile,
      imageName: job.imageName,
      imageSha256: image,
      loadAddress: job.loadAddress,
      board: job.board,
      recipe: { ...job.recipe, patches: [] },
      trust,
      seated: seenAs(device),
      ranAs: found.device === device ? null : seenAs(found.device),
      unit: job.assignment.unit,
      rescued: left?.ranges ?? [],
      leave: true,
    };
    const ended = await hosts.flash(order, {
      onProgress: (phase, fraction) => {
        if (!STARTING.has(phase)) endStart();
        this.#options.onProgress(job.assignment, phase, fraction);
      },
      onPreserved: (ranges) => safe.keep(attemptId, board, ranges),
    });
    const isReturned = left !== null && ended.hasOwnSerial && covers(job.recipe.preserve, left.ranges);
    if (ended.outcome === 'pass') await safe.drop([attemptId, ...(isReturned ? left.attemptIds : [])]);
    return ended;
  }

  /** A board on which an attempt may have been interrupted is not believed what its flash holds. */
  #trust({ seating: { board } }: Seat): Trust {
    const unproven = this.#options.journal.unproven(board, this.#options.moment(), this.#inSight());
    switch (unproven) {
      case 'none':
        return 'yes';
      case 'before-a-pass':
        return 'own-serial';
      case 'open':
        return 'no';
      case 'open-long-ago':
        return 'shared-serial';
      default:
        return unproven satisfies never;
    }
  }

  /** Asks a board that runs its firmware into its bootloader. Nothing is done to it yet, so nothing is journalled. */
  async #inBootloader({ assignment: { attemptId, slot }, recipe }: FlashJob, { device }: Found): Promise<BusDevice> {
    if (device.mode === 'dfu' || recipe.enter === null) return device;
    const { bench, hosts } = this.#options;
    bench.tell(slot, { on: 'asked', attemptId });
    return await hosts.enter({ id: attemptId, path: slot, entry: recipe.enter, seated: seenAs(device) });
  }

  /** Attempts whose boards are on the bus, each in its own slot: many ROMs report one serial for all. */
  #inSight(): string[] {
    return [...this.#inWork].flatMap(([attemptId, slot]) => {
      const state = this.#options.bench.state(slot);
      const isSeen = state.is === 'running' && state.attemptId === attemptId && state.device !== null;
      return isSeen ? [attemptId] : [];
    });
  }

  #result(assignment: Assignment, ending: Ending, startedAt: string, durationMs: number): AttemptResult {
    const { toolVersion, moment } = this.#options;
    return provenResult(assignment, ending, { toolVersion, startedAt, endedAt: moment(), durationMs });
  }

  /** The slot stays busy until its result is kept: a station that cannot record must not flash. */
  async #keepAtLast(assignment: Assignment, result: AttemptResult, signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        this.#keep(assignment, result);
        this.#options.onTrouble(null);
        return;
      } catch (thrown) {
        if (signal.aborted) throw thrown;
        this.#options.onTrouble(asFault(thrown, 'RECORD_FAILED'));
        await setTimeout(KEEP_AGAIN_MS, undefined, { signal }).catch(() => {});
      }
    }
  }

  #keep(assignment: Assignment, result: AttemptResult): void {
    const report: ResultReport = { station: this.#options.station, assignment, result };
    this.#options.journal.end(report, this.#options.moment());
    this.#options.onResult();
  }
}

/** How long after an attempt firmware that comes up is that of its board; 0 when the board did not leave its bootloader. */
function firmwareDueAfter({ outcome, fault }: Ending): number {
  if (outcome === 'pass') return FIRMWARE_DUE_MS;
  return fault === 'APPLICATION_SILENT' ? SLOW_FIRMWARE_DUE_MS : 0;
}

/** Whether the board was pulled. One whose recipe has it reset may have left by itself, and would be taken up again for ever. */
function wasLost({ recipe }: FlashJob, { fault }: Ending): boolean {
  return fault === 'BOARD_GONE' && !recipe.unprotect && recipe.lock.length === 0;
}

/** Who was seen on a port, so that nobody else is worked on. */
function seenAs({ address, usbSerial }: BusDevice): Seated {
  return { address, usbSerial };
}

/** The moment now, as records write it. */
export function wallMoment(): string {
  return momentOf(Date.now());
}
