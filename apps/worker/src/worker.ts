import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  type Assignment,
  asFault,
  type BenchReport,
  CHANNELS,
  FAULTS,
  type Fault,
  FlashJob,
  type Part,
  type PhaseName,
  type ProgressReport,
  type StationFile,
  WorkerCommand,
} from '@flashline/contracts';
import type { Queue, Stop } from '@flashline/queue';
import type { Journal, Seat } from '@flashline/store';
import type { Logger } from 'pino';
import { Attempts, type ImageSource, type Safe, wallMoment } from './attempts.ts';
import { coalesced } from './coalesced.ts';
import { Host } from './hosts/host.ts';
import type { BusChoice, FromHost } from './hosts/host-messages.ts';
import { PortHosts } from './hosts/port-hosts.ts';
import { Outbox } from './outbox.ts';
import { Bench } from './slots/bench.ts';

/** The whole bench is told this often even when nothing changes: it is also the station's sign of life. */
const BENCH_EVERY_MS = 1_000;
/** Changes within this time are told together: many slots change at once when a hub is plugged in. */
const BENCH_PAUSE_MS = 50;

export interface WorkerOptions {
  readonly station: StationFile;
  readonly bus: BusChoice;
  /** What is known about parts. */
  readonly parts: readonly Part[];
  readonly journal: Journal;
  readonly queue: Queue;
  readonly images: ImageSource;
  /** Where bytes are kept that a recipe preserves, while the board does not have them. */
  readonly safe: Safe;
  readonly toolVersion: string;
  readonly log: Logger;
}

/** A running worker: one USB host computer with its slots. */
export interface Worker {
  /**
   * Takes no more jobs, lets attempts in work finish until `signal` is aborted, then ends what is left as errors.
   * Closes neither journal nor queue.
   */
  stop(signal: AbortSignal): Promise<void>;
}

/** Starts a worker: recovers the journal first, then watches the bus and serves the queue of every slot. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const worker = new StationWorker(options);
  await worker.start();
  return worker;
}

class StationWorker implements Worker {
  readonly #options: WorkerOptions;
  readonly #hosts: PortHosts;
  readonly #bench: Bench;
  readonly #outbox: Outbox;
  readonly #attempts: Attempts;
  readonly #served: Promise<Stop>[] = [];
  #discovery: Host | null = null;
  #beat: NodeJS.Timeout | undefined;
  readonly #told = coalesced(() => this.#report(), BENCH_PAUSE_MS);
  #busTrouble: string | null = 'The station is starting.';
  #recordTrouble: string | null = null;

  constructor(options: WorkerOptions) {
    this.#options = options;
    const { station, bus, parts, journal, queue, log } = options;
    this.#hosts = new PortHosts(bus, parts, station.slotsPerHost);
    this.#outbox = new Outbox(journal, queue, (error) => log.warn({ error }, 'results wait in the outbox'));
    const time = { nowMs: () => performance.now(), moment: wallMoment };
    this.#bench = new Bench({
      ...time,
      newId: randomUUID,
      onSlot: (path) => this.#open(path),
      onChange: () => this.#told.ask(),
      onMoved: (seat) => this.#moved(seat),
    });
    this.#attempts = new Attempts({
      station: station.station,
      toolVersion: options.toolVersion,
      simulated: bus.kind === 'virtual',
      journal,
      bench: this.#bench,
      hosts: this.#hosts,
      images: options.images,
      safe: options.safe,
      ...time,
      onProgress: (assignment, phase, fraction) => this.#progressed(assignment, phase, fraction),
      onResult: () => this.#outbox.kick(),
      onAskedAgain: (report) => void this.#outbox.again(report),
      onTrouble: (fault) => this.#unrecorded(fault),
    });
  }

  async start(): Promise<void> {
    const { station, queue, bus, journal } = this.#options;
    // Before any slot is served: a redelivered job must find how its attempt ended.
    this.#attempts.endInterrupted();
    this.#outbox.kick();
    if (station.slots !== undefined) this.#bench.name(station.slots);
    this.#bench.remember(journal.seats().map((seat) => ({ ...seat, hasPassed: this.#hasPassed(seat) })));
    this.#served.push(queue.listen(CHANNELS.commands(station.station), (data) => this.#command(data)));
    await Promise.all(this.#served);
    this.#discovery = new Host('discovery', bus, [], {
      onMessage: (message) => this.#discovered(message),
      onEnd: (end, how) => this.#blind(`The process that watches the USB bus ${end} (${how}).`),
    });
    this.#beat = setInterval(() => this.#report(), BENCH_EVERY_MS);
  }

  async stop(signal: AbortSignal): Promise<void> {
    clearInterval(this.#beat);
    this.#told.stop();
    await this.#discovery?.stop();
    const drained = Promise.all(this.#served).then((stops) => Promise.all(stops.map((stop) => stop())));
    if (!signal.aborted) await Promise.race([drained, once(signal, 'abort')]);
    // What still runs now ends with a fault, kept in the journal like every other result.
    await this.#hosts.stop();
    await drained;
    await this.#outbox.stop();
  }

  /** A slot exists from now on: have its host ready and serve its queue. */
  #open(path: string): void {
    const { station, queue, log } = this.#options;
    this.#hosts.prepare(path);
    const served = queue.consume(CHANNELS.slot(station.station, path), async (data, signal) => {
      const job = FlashJob.safeParse(data);
      if (job.success) await this.#attempts.run(job.data, signal);
      else log.error({ slot: path, issues: job.error.issues }, 'a job that makes no sense was dropped');
    });
    this.#served.push(served);
  }

  #discovered(message: FromHost): void {
    if (message.on !== 'devices') return;
    this.#blind(message.trouble);
    this.#bench.scan(message.devices);
  }

  #blind(trouble: string | null): void {
    if (trouble === this.#busTrouble) return;
    this.#busTrouble = trouble;
    if (trouble !== null) this.#options.log.warn({ trouble }, 'the station cannot see its slots');
    this.#told.ask();
  }

  #hasPassed({ attemptId }: Seat): boolean {
    const known = this.#options.journal.look(attemptId);
    return known.is === 'ended' && known.report.result.outcome === 'pass';
  }

  /** A journal that cannot be written must not stop the look at the bus: the boards in work would go down with it. */
  #moved(seat: Seat): void {
    try {
      this.#options.journal.move(seat);
      this.#unrecorded(null);
    } catch (thrown) {
      this.#unrecorded(asFault(thrown, 'RECORD_FAILED'));
    }
  }

  #unrecorded(fault: Fault | null): void {
    if (fault === null && this.#recordTrouble === null) return;
    this.#recordTrouble = fault === null ? null : `${FAULTS[fault.code].says} ${FAULTS[fault.code].do}`;
    if (fault !== null) this.#options.log.error({ err: fault }, 'a result cannot be kept');
    this.#told.ask();
  }

  #command(data: unknown): void {
    const command = WorkerCommand.safeParse(data);
    if (!command.success) return;
    if (command.data.on === 'cancel') this.#attempts.cancel(command.data.attemptId);
    else this.#options.journal.acknowledge(command.data.attemptIds, wallMoment());
  }

  #report(): void {
    const { station, bus, toolVersion, queue } = this.#options;
    const report: BenchReport = {
      station: station.station,
      simulated: bus.kind === 'virtual',
      toolVersion,
      trouble: this.#recordTrouble ?? this.#busTrouble,
      blind: this.#busTrouble !== null,
      slots: this.#bench.report(),
    };
    void queue.broadcast(CHANNELS.bench, report);
  }

  #progressed({ slot, attemptId }: Assignment, phase: PhaseName, fraction: number): void {
    const progress: ProgressReport = { station: this.#options.station.station, slot, attemptId, phase, fraction };
    void this.#options.queue.broadcast(CHANNELS.progress, progress);
  }
}
