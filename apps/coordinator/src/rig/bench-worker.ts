import { randomUUID } from 'node:crypto';
import {
  type Assignment,
  type AttemptResult,
  type BenchSlot,
  CHANNELS,
  FlashJob,
  type ResultReport,
  type Seating,
  WorkerCommand,
} from '@flashline/contracts';
import type { Queue } from '@flashline/queue';

const BOARD = { vendorId: 0x0483, productId: 0xdf11, bcdDevice: 0x2200, usbSerial: '2057377A4E52', layout: null };
const MOMENT = '2026-01-31T08:00:00.000Z';

/** What a worker would say, said by hand: a bench of slots without boards behind it. */
export class BenchWorker {
  readonly station: string;
  readonly #queue: Queue;
  readonly #states = new Map<string, BenchSlot['state']>();
  readonly #simulated: boolean;
  /** Every job that arrived, redelivered ones included. */
  readonly jobs: FlashJob[] = [];
  readonly commands: WorkerCommand[] = [];

  private constructor(queue: Queue, station: string, simulated: boolean) {
    this.#queue = queue;
    this.station = station;
    this.#simulated = simulated;
  }

  static async start(queue: Queue, slots: readonly string[], { station = 'bench', simulated = false } = {}) {
    const worker = new BenchWorker(queue, station, simulated);
    await queue.listen(CHANNELS.commands(station), (data) => worker.commands.push(WorkerCommand.parse(data)));
    for (const slot of slots) {
      worker.#states.set(slot, { is: 'empty' });
      await queue.consume(CHANNELS.slot(station, slot), async (data) => {
        worker.jobs.push(FlashJob.parse(data));
      });
    }
    return worker;
  }

  /** Puts a new board into a slot and reports it. */
  async plug(slot: string, seatingId: string = randomUUID()): Promise<Seating> {
    const seating = { id: seatingId, since: MOMENT, board: BOARD };
    await this.set(slot, { is: 'waiting', seating, ready: true, perhapsOf: null });
    return seating;
  }

  async set(slot: string, state: BenchSlot['state']): Promise<void> {
    this.#states.set(slot, state);
    await this.report();
  }

  async report(): Promise<void> {
    const slots = [...this.#states].map(([slot, state]) => ({ slot, label: `L${slot}`, state }));
    const { station } = this;
    const report = { station, simulated: this.#simulated, toolVersion: 'rig', trouble: null, blind: false, slots };
    await this.#queue.broadcast(CHANNELS.bench, report);
    await settle();
  }

  /** Takes a job as the worker would, up to its end; the result is sent and the bench reports `ended`. */
  async finish({ assignment }: FlashJob, changes: Partial<AttemptResult> = {}): Promise<void> {
    await this.send(assignment, changes);
    const state = this.#states.get(assignment.slot);
    if (state !== undefined && 'seating' in state) {
      const { seating } = state;
      await this.set(assignment.slot, {
        is: 'ended',
        seating,
        attemptId: assignment.attemptId,
        present: true,
        ready: true,
      });
    }
  }

  /** Sends a result, as the outbox does. */
  async send(assignment: Assignment, changes: Partial<AttemptResult> = {}): Promise<void> {
    const report: ResultReport = { station: this.station, assignment, result: resultOf(assignment, changes) };
    await this.#queue.add(CHANNELS.results, assignment.attemptId, report);
    await settle();
  }

  /** Attempts of which this worker heard that they are recorded, in that order. */
  acknowledged(): string[] {
    return this.commands.flatMap((command) => (command.on === 'recorded' ? command.attemptIds : []));
  }

  cancelled(): string[] {
    return this.commands.flatMap((command) => (command.on === 'cancel' ? [command.attemptId] : []));
  }
}

/** A pass with its proof, unless it is changed. */
export function resultOf({ attemptId, intended }: Assignment, changes: Partial<AttemptResult> = {}): AttemptResult {
  return {
    attemptId,
    outcome: 'pass',
    fault: null,
    faultDetails: null,
    board: { ...BOARD, layout: '@Internal Flash  /0x08000000/04*016Kg' },
    readback: intended,
    phases: [
      { name: 'identify', ms: 12.5, bytes: 0 },
      { name: 'verify', ms: 40, bytes: intended.bytes },
    ],
    locked: [],
    application: null,
    transfers: 42,
    toolVersion: 'rig',
    startedAt: MOMENT,
    endedAt: MOMENT,
    durationMs: 1234,
    ...changes,
  };
}

/** Lets everything the in-process queue has to deliver arrive; it delivers in turns of the event loop. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
