import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { uptime } from 'node:os';
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
import type { ImageSource, Safe } from './attempt.ts';
import { Attempts, wallMoment } from './attempts.ts';
import type { BusLook } from './bus-follow.ts';
import { coalesced } from './coalesced.ts';
import { hereMs } from './hosts/computer-clock.ts';
import { type HostsOfRole, hostsOn } from './hosts/host.ts';
import type { BusChoice } from './hosts/host-messages.ts';
import { type BusScan, Lookout } from './hosts/lookout.ts';
import { PortHosts } from './hosts/port-hosts.ts';
import { Outbox } from './outbox.ts';
import { Bench } from './slots/bench.ts';
import { rememberedSeats } from './slots/remembered-seats.ts';
import { type KeepNames, SlotNaming } from './slots/slot-naming.ts';
import { Starts } from './slots/starts.ts';

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
  /** Keeps new names of the slots in the station file; null when there is none. */
  readonly keepNames: KeepNames | null;
  readonly toolVersion: string;
  readonly log: Logger;
  /** What starts the host processes; left out, they are started on `bus`. */
  readonly hosts?: HostsOfRole;
}

/** A running worker: one USB host computer with its slots. */
export interface Worker {
  /** Never rejects, and never resolves when the bus is never seen. */
  readonly firstLook: Promise<BusLook>;
  /**
   * Takes no more jobs, lets attempts in work finish until `signal` is aborted, then ends what is left as errors.
   * Closes neither journal nor queue. Rejects when the queue would not end serving; everything else has ended then.
   */
  stop(signal: AbortSignal): Promise<void>;
}

/**
 * Starts a worker: recovers the journal first, then watches the bus and serves the queue of every slot. Rejects with what kept it from
 * that; nothing runs then.
 */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const worker = new StationWorker(options);
  try {
    await worker.start();
  } catch (thrown) {
    await worker.stop(AbortSignal.abort()).catch(() => {});
    throw thrown;
  }
  return worker;
}

class StationWorker implements Worker {
  readonly #options: WorkerOptions;
  readonly #hostsOf: HostsOfRole;
  readonly #hosts: PortHosts;
  readonly #bench: Bench;
  readonly #naming: SlotNaming;
  readonly #outbox: Outbox;
  readonly #attempts: Attempts;
  readonly #served: Promise<Stop>[] = [];
  readonly #firstLook = Promise.withResolvers<BusLook>();
  #lookout: Lookout | null = null;
  #beat: NodeJS.Timeout | undefined;
  readonly #told = coalesced(() => this.#report(), BENCH_PAUSE_MS);
  /** Where boards were seen since the journal was told. */
  readonly #moves = new Map<string, Seat>();
  #recordTrouble: string | null = null;
  #isStopped = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
    const { station, bus, parts, journal, queue, log } = options;
    this.#hostsOf = options.hosts ?? hostsOn(bus, parts);
    this.#hosts = new PortHosts(this.#hostsOf('ports'), station.slotsPerHost);
    this.#outbox = new Outbox(journal, queue, (error) => log.warn({ error }, 'results wait in the outbox'));
    const time = { nowMs: () => performance.now(), moment: wallMoment };
    this.#bench = new Bench({
      ...time,
      newId: randomUUID,
      onSlot: (path) => this.#open(path),
      onChange: () => this.#told.ask(),
      onMoved: (seat) => this.#moved(seat),
    });
    this.#naming = new SlotNaming({
      slots: station.slots ?? null,
      keep: options.keepNames,
      bench: this.#bench,
      onChange: () => this.#told.ask(),
    });
    this.#attempts = new Attempts({
      station: station.station,
      toolVersion: options.toolVersion,
      simulated: bus.kind === 'virtual',
      journal,
      bench: this.#bench,
      starts: new Starts(station.startsPerHub),
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

  get firstLook(): Promise<BusLook> {
    return this.#firstLook.promise;
  }

  async start(): Promise<void> {
    const { station, queue, journal } = this.#options;
    // Before any slot is served: a redelivered job must find how its attempt ended.
    this.#attempts.endInterrupted();
    this.#outbox.kick();
    // First, for the others wait for it: nothing is done before it has seen something.
    this.#lookout = new Lookout(this.#hostsOf('discovery'), {
      onScan: (scan) => this.#scanned(scan),
      onUntold: (path) => this.#hosts.renew(path),
      onChange: () => this.#sightChanged(),
    });
    if (station.slots !== undefined) this.#bench.name(station.slots);
    this.#bench.remember(rememberedSeats(journal, Date.now() - uptime() * 1000));
    this.#served.push(queue.listen(CHANNELS.commands(station.station), (data) => this.#command(data)));
    await Promise.all(this.#served);
    this.#beat = setInterval(() => this.#report(), BENCH_EVERY_MS);
  }

  async stop(signal: AbortSignal): Promise<void> {
    clearInterval(this.#beat);
    this.#told.stop();
    await unlessAborted(signal, this.#naming.stop());
    this.#isStopped = true;
    // What still runs now ends with a fault, kept in the journal like every other result; without grace no host is started any more.
    await Promise.all([signal.aborted ? this.#hosts.stop() : null, this.#lookout?.stop()]);
    const drained = Promise.allSettled(this.#served.map(endServing));
    await unlessAborted(signal, drained);
    await this.#hosts.stop();
    const failed = (await drained).find((ended) => ended.status === 'rejected');
    await this.#outbox.stop();
    if (failed !== undefined) throw failed.reason;
  }

  /** A slot exists from now on: have its host ready and serve its queue. */
  #open(path: string): void {
    if (this.#isStopped) return;
    const { station, queue, log } = this.#options;
    this.#hosts.prepare(path);
    const served = queue.consume(CHANNELS.slot(station.station, path), async (data, signal) => {
      const job = FlashJob.safeParse(data);
      if (job.success) await this.#attempts.run(job.data, signal);
      else log.error({ slot: path, issues: job.error.issues }, 'a job that makes no sense was dropped');
    });
    this.#served.push(served);
  }

  #scanned({ devices, hubs, arriving, lookedAtMs }: BusScan): void {
    this.#bench.scan(devices, { hubs, arriving }, hereMs(lookedAtMs));
    this.#firstLook.resolve({ devices, trouble: this.#lookout?.trouble ?? null });
  }

  #sightChanged(): void {
    const trouble = this.#lookout?.trouble ?? null;
    if (trouble !== null) this.#options.log.warn({ trouble }, 'the station does not see everything');
    this.#told.ask();
  }

  /** Boards of one hub come up together: one commit for all. */
  #moved(seat: Seat): void {
    if (this.#moves.size === 0) setImmediate(() => this.#keepMoves());
    this.#moves.set(seat.slot, seat);
  }

  /** A journal that cannot be written must not stop the look at the bus: the boards in work would go down with it. */
  #keepMoves(): void {
    const { journal } = this.#options;
    const seats = [...this.#moves.values()];
    this.#moves.clear();
    try {
      journal.together(() => {
        for (const seat of seats) journal.move(seat);
      });
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
    const { data: told } = command;
    if (told.on === 'cancel') this.#attempts.cancel(told.attemptId);
    else if (told.on === 'name') void this.#naming.take(told.requestId, told.slots);
    else this.#options.journal.acknowledge(told.attemptIds, wallMoment());
  }

  #report(): void {
    const { station, bus, toolVersion, queue } = this.#options;
    const report: BenchReport = {
      station: station.station,
      simulated: bus.kind === 'virtual',
      toolVersion,
      trouble: this.#recordTrouble ?? this.#lookout?.trouble ?? null,
      blind: this.#lookout?.isBlind !== false,
      slots: this.#bench.report(),
      others: [...this.#bench.others()],
      naming: this.#naming.report(),
      usb: this.#lookout?.tree ?? null,
    };
    void queue.broadcast(CHANNELS.bench, report);
  }

  #progressed({ slot, attemptId }: Assignment, phase: PhaseName, fraction: number): void {
    const progress: ProgressReport = { station: this.#options.station.station, slot, attemptId, phase, fraction };
    void this.#options.queue.broadcast(CHANNELS.progress, progress);
  }
}

/** Waits until something is over, or there is no time left for that. */
async function unlessAborted(signal: AbortSignal, over: Promise<unknown>): Promise<void> {
  if (!signal.aborted) await Promise.race([over, once(signal, 'abort')]);
}

/** What the queue refused to serve has nothing to end. */
async function endServing(served: Promise<Stop>): Promise<void> {
  const stop = await served.catch(() => null);
  await stop?.();
}
