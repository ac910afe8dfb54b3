import { asFault, Fault, type Part, type PhaseName } from '@flashline/contracts';
import type { BoardJobReport, BusDevice } from '@flashline/dfuse';
import type { Range } from '@flashline/firmware';
import type { Ending } from '../ending.ts';
import { Host, type HostEnd } from './host.ts';
import type { BusChoice, EntryOrder, FlashOrder, FromHost, JobOrder, ToHost } from './host-messages.ts';

/** What one crash in native USB code may hurt, unless the station file says otherwise. */
const SLOTS_PER_HOST = 8;
/** The engine has a deadline for every phase; a host that breaks even this one is ended from outside. */
const ATTEMPT_MS_MAX = 60 * 60_000;

export type OnProgress = (phase: PhaseName, fraction: number) => void;

/** What the one who gives an order hears of it before it ends. */
export interface Listener {
  readonly onProgress: OnProgress;
  /** Puts into safety what an erase is about to take; the erase waits for it. */
  readonly onPreserved: (ranges: readonly Range[]) => Promise<void>;
}

/** Nobody listens, and there is nothing to keep. */
const UNWATCHED: Listener = { onProgress: () => {}, onPreserved: () => Promise.resolve() };

type Ended = Extract<FromHost, { on: 'ended' | 'job-ended' | 'entered' }>;

/** One order that a host has been given. */
interface Flight extends Listener {
  readonly host: Host;
  readonly resolve: (ended: Ended) => void;
  readonly reject: (fault: Fault) => void;
  readonly deadline: NodeJS.Timeout;
  phase: PhaseName | null;
  /** False until its host has it. */
  isTold: boolean;
}

/** The port hosts of a station: gives each port path its host, and turns the death of a host into faults of its flights alone. */
export class PortHosts {
  readonly #choice: BusChoice;
  readonly #parts: readonly Part[];
  readonly #slotsPerHost: number;
  readonly #hosts: Host[] = [];
  readonly #hostOf = new Map<string, Host>();
  readonly #flights = new Map<string, Flight>();
  /** Hosts that are to end as soon as that hurts nobody, and who waits for it. */
  readonly #suspects = new Map<Host, PromiseWithResolvers<void>>();

  constructor(choice: BusChoice, parts: readonly Part[], slotsPerHost: number = SLOTS_PER_HOST) {
    this.#choice = choice;
    this.#parts = parts;
    this.#slotsPerHost = slotsPerHost;
  }

  /** Has the host of a port ready before the first board needs it. */
  prepare(path: string): void {
    this.#host(path);
  }

  /** Has the host of a port look at the bus anew, with a new process as soon as that hurts nobody: this one does not see what sits there. */
  renew(path: string): void {
    this.#suspect(this.#host(path));
    this.#recycleSuspects();
  }

  /** Flashes one board. Rejects with HOST_CRASHED or HOST_HUNG when its host ends; every other trouble is in the report. */
  async flash(order: FlashOrder, listener: Listener): Promise<Ending> {
    const ended = await this.#give(order.path, order.attemptId, { on: 'flash', order }, listener);
    if (ended.on !== 'ended') throw new Fault('STATION_BUG', { ended: ended.on });
    return ended.report;
  }

  /** Has a board in its bootloader and resolves with it. Rejects with the fault that kept it out, and like `flash`. */
  async enter(order: EntryOrder): Promise<BusDevice> {
    const ended = await this.#give(order.path, order.id, { on: 'enter', order }, UNWATCHED);
    if (ended.on !== 'entered') throw new Fault('STATION_BUG', { ended: ended.on });
    const { report } = ended;
    if (report.fault !== null) throw new Fault(report.fault, report.faultDetails);
    return report.device;
  }

  /** Does a job with one board. Rejects like `flash`. */
  async work(order: JobOrder, onProgress: OnProgress): Promise<BoardJobReport> {
    const ended = await this.#give(order.path, order.jobId, { on: 'job', order }, { ...UNWATCHED, onProgress });
    if (ended.on !== 'job-ended') throw new Fault('STATION_BUG', { ended: ended.on });
    return ended.report;
  }

  /** Stops an attempt or a job. */
  cancel(id: string): void {
    const flight = this.#flights.get(id);
    if (flight === undefined) return;
    if (flight.isTold) flight.host.tell({ on: 'cancel', id });
    else this.#refuse(id, flight, new Fault('CANCELLED'));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#hosts.map((host) => host.stop()));
    for (const host of this.#hosts) this.#fail(host, new Fault('HOST_CRASHED', { how: 'stopped' }));
  }

  #give(path: string, id: string, message: ToHost, listener: Listener): Promise<Ended> {
    const host = this.#host(path);
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => host.recycle(), ATTEMPT_MS_MAX);
      const flight: Flight = { host, ...listener, resolve, reject, deadline, phase: null, isTold: false };
      // Known from now on, so that it can be stopped while its host is still starting.
      this.#flights.set(id, flight);
      void this.#ready(host).then(() => this.#tell(id, flight, message));
    });
  }

  async #ready(host: Host): Promise<void> {
    await this.#suspects.get(host)?.promise;
    await host.started();
  }

  #tell(id: string, flight: Flight, message: ToHost): void {
    if (this.#flights.get(id) !== flight) return;
    flight.isTold = flight.host.tell(message);
    if (!flight.isTold) this.#refuse(id, flight, new Fault('HOST_CRASHED', { how: 'could not be told' }));
  }

  #refuse(id: string, flight: Flight, fault: Fault): void {
    this.#land(id, flight);
    flight.reject(fault);
  }

  #host(path: string): Host {
    const known = this.#hostOf.get(path);
    if (known !== undefined) return known;
    const host = this.#hosts[Math.floor(this.#hostOf.size / this.#slotsPerHost)] ?? this.#start();
    this.#hostOf.set(path, host);
    return host;
  }

  #start(): Host {
    const host: Host = new Host('ports', this.#choice, this.#parts, {
      onMessage: (message) => this.#take(message),
      onEnd: (end, how) => {
        this.#renewed(host);
        this.#fail(host, new Fault(FAULT_OF_END[end], { how }));
      },
    });
    this.#hosts.push(host);
    return host;
  }

  #take(message: FromHost): void {
    if (!('id' in message)) return;
    const flight = this.#flights.get(message.id);
    if (flight === undefined) return;
    switch (message.on) {
      case 'progress':
        flight.phase = message.phase;
        flight.onProgress(message.phase, message.fraction);
        return;
      case 'preserved':
        void this.#keep(flight, message);
        return;
      case 'ended':
      case 'job-ended':
      case 'entered':
        this.#land(message.id, flight);
        flight.resolve(message);
        if (message.report.fault === 'USB_HOST') this.#suspect(flight.host);
        this.#recycleSuspects();
        return;
      default:
        message satisfies never;
    }
  }

  async #keep({ host, onPreserved }: Flight, { id, ranges }: Extract<FromHost, { on: 'preserved' }>): Promise<void> {
    const fault = await onPreserved(ranges).then(
      () => null,
      (thrown: unknown) => asFault(thrown, 'RECORD_FAILED').code,
    );
    host.tell({ on: 'kept', id, fault });
  }

  #fail(host: Host, fault: Fault): void {
    for (const [id, flight] of this.#flights) {
      // One that waits for the next process of this host has lost nothing.
      if (flight.host !== host || !flight.isTold) continue;
      this.#refuse(id, flight, new Fault(fault.code, { ...fault.details, phase: flight.phase }));
    }
  }

  #suspect(host: Host): void {
    if (!this.#suspects.has(host)) this.#suspects.set(host, Promise.withResolvers());
  }

  /**
   * A handle that hung in native code is freed only when its process ends, and what a process was not told of only a new one sees.
   * Who comes later waits, so that the host is idle at some time.
   */
  #recycleSuspects(): void {
    const busy = new Set([...this.#flights.values()].flatMap(({ host, isTold }) => (isTold ? [host] : [])));
    for (const host of this.#suspects.keys()) if (!busy.has(host) && !host.recycle()) this.#renewed(host);
  }

  /** The old process of a host is gone. */
  #renewed(host: Host): void {
    this.#suspects.get(host)?.resolve();
    this.#suspects.delete(host);
  }

  #land(id: string, flight: Flight): void {
    clearTimeout(flight.deadline);
    this.#flights.delete(id);
  }
}

const FAULT_OF_END = { crashed: 'HOST_CRASHED', hung: 'HOST_HUNG' } as const satisfies Record<HostEnd, string>;
