import { Fault, type PhaseName } from '@flashline/contracts';
import type { Ending } from '../ending.ts';
import { Host, type HostEnd } from './host.ts';
import type { BusChoice, FlashOrder, FromHost } from './host-messages.ts';

/** What one crash in native USB code may hurt, unless the station file says otherwise. */
export const SLOTS_PER_HOST = 8;
/** The engine has a deadline for every phase; a host that breaks even this one is ended from outside. */
const ATTEMPT_MS_MAX = 15 * 60_000;

export type OnProgress = (phase: PhaseName, fraction: number) => void;

/** One flash that a host has been given. */
interface Flight {
  readonly host: Host;
  readonly onProgress: OnProgress;
  readonly resolve: (report: Ending) => void;
  readonly reject: (fault: Fault) => void;
  readonly deadline: NodeJS.Timeout;
  phase: PhaseName | null;
}

/** The port hosts of a station: gives each port path its host, and turns the death of a host into faults of its flights alone. */
export class PortHosts {
  readonly #choice: BusChoice;
  readonly #slotsPerHost: number;
  readonly #hosts: Host[] = [];
  readonly #hostOf = new Map<string, Host>();
  readonly #flights = new Map<string, Flight>();
  readonly #suspects = new Set<Host>();

  constructor(choice: BusChoice, slotsPerHost: number) {
    this.#choice = choice;
    this.#slotsPerHost = slotsPerHost;
  }

  /** Has the host of a port ready before the first board needs it. */
  prepare(path: string): void {
    this.#host(path);
  }

  /** Flashes one board. Rejects with HOST_CRASHED or HOST_HUNG when its host ends; every other trouble is in the report. */
  async flash(order: FlashOrder, onProgress: OnProgress): Promise<Ending> {
    const host = this.#host(order.path);
    await host.started();
    return new Promise((resolve, reject) => {
      if (!host.tell({ on: 'flash', order })) return reject(new Fault('HOST_CRASHED', { how: 'could not be told' }));
      const deadline = setTimeout(() => host.recycle(), ATTEMPT_MS_MAX);
      this.#flights.set(order.attemptId, { host, onProgress, resolve, reject, deadline, phase: null });
    });
  }

  cancel(attemptId: string): void {
    this.#flights.get(attemptId)?.host.tell({ on: 'cancel', attemptId });
  }

  async stop(): Promise<void> {
    await Promise.all(this.#hosts.map((host) => host.stop()));
    for (const host of this.#hosts) this.#fail(host, new Fault('HOST_CRASHED', { how: 'stopped' }));
  }

  #host(path: string): Host {
    const known = this.#hostOf.get(path);
    if (known !== undefined) return known;
    const host = this.#hosts[Math.floor(this.#hostOf.size / this.#slotsPerHost)] ?? this.#start();
    this.#hostOf.set(path, host);
    return host;
  }

  #start(): Host {
    const host: Host = new Host('ports', this.#choice, {
      onMessage: (message) => this.#take(message),
      onEnd: (end, how) => this.#fail(host, new Fault(FAULT_OF_END[end], { how })),
    });
    this.#hosts.push(host);
    return host;
  }

  #take(message: FromHost): void {
    if (message.on !== 'progress' && message.on !== 'ended') return;
    const flight = this.#flights.get(message.attemptId);
    if (flight === undefined) return;
    if (message.on === 'progress') {
      flight.phase = message.phase;
      flight.onProgress(message.phase, message.fraction);
      return;
    }
    this.#land(message.attemptId, flight);
    flight.resolve(message.report);
    if (message.report.fault === 'USB_HOST') this.#suspects.add(flight.host);
    this.#recycleSuspects();
  }

  #fail(host: Host, fault: Fault): void {
    for (const [attemptId, flight] of this.#flights) {
      if (flight.host !== host) continue;
      this.#land(attemptId, flight);
      flight.reject(new Fault(fault.code, { ...fault.details, phase: flight.phase }));
    }
  }

  /** A handle that hung in native code is freed only when its process ends: do that as soon as it hurts nobody. */
  #recycleSuspects(): void {
    const busy = new Set([...this.#flights.values()].map(({ host }) => host));
    for (const host of this.#suspects.difference(busy)) {
      this.#suspects.delete(host);
      host.recycle();
    }
  }

  #land(attemptId: string, flight: Flight): void {
    clearTimeout(flight.deadline);
    this.#flights.delete(attemptId);
  }
}

const FAULT_OF_END = { crashed: 'HOST_CRASHED', hung: 'HOST_HUNG' } as const satisfies Record<HostEnd, string>;
