import { Fault } from '@flashline/contracts';
import type { BoardJobReport, BusDevice } from '@flashline/dfuse';
import type { Ending } from '../ending.ts';
import type { StartHost } from './host.ts';
import type { EntryOrder, FlashOrder, JobOrder, ToHost } from './host-messages.ts';
import { type Ended, type Listener, type OnProgress, PortHost } from './port-host.ts';

/** What one crash in native USB code may hurt, unless the station file says otherwise. */
const SLOTS_PER_HOST = 8;

/** Nobody listens, and there is nothing to keep. */
export const UNWATCHED: Listener = { onProgress: () => {}, onMet: () => {}, onPreserved: () => Promise.resolve() };

/** The port hosts of a station: gives each port path its host, which it keeps. */
export class PortHosts {
  readonly #startHost: StartHost;
  readonly #slotsPerHost: number;
  readonly #hosts: PortHost[] = [];
  readonly #hostOf = new Map<string, PortHost>();
  #isStopped = false;

  constructor(startHost: StartHost, slotsPerHost: number = SLOTS_PER_HOST) {
    this.#startHost = startHost;
    this.#slotsPerHost = slotsPerHost;
  }

  /** Has the host of a port ready before the first board needs it. */
  prepare(path: string): void {
    if (!this.#isStopped) this.#host(path);
  }

  /** Has the host of a port, if it has one, look at the bus anew as soon as that hurts nobody: it does not see what sits there. */
  renew(path: string): void {
    this.#hostOf.get(path)?.renew();
  }

  /** Flashes one board. Rejects with HOST_CRASHED or HOST_HUNG when its host ends; every other trouble is in the report. */
  async flash(order: FlashOrder, listener: Listener): Promise<Ending> {
    const ended = await this.#give(order.path, order.attemptId, { on: 'flash', order }, listener);
    if (ended.on !== 'ended') throw new Fault('STATION_BUG', { ended: ended.on });
    return ended.report;
  }

  /** Has a board in its bootloader and resolves with it. Rejects with the fault that kept it out, and like `flash`. */
  async enter(order: EntryOrder, onMet: Listener['onMet'] = UNWATCHED.onMet): Promise<BusDevice> {
    const ended = await this.#give(order.path, order.id, { on: 'enter', order }, { ...UNWATCHED, onMet });
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
    for (const host of this.#hosts) host.cancel(id);
  }

  /** Ends the processes for good, and with them whatever they were doing. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#hosts.map((host) => host.stop()));
  }

  async #give(path: string, id: string, order: ToHost, listener: Listener): Promise<Ended> {
    if (this.#isStopped) throw new Fault('HOST_CRASHED', { how: 'stopped' });
    return await this.#host(path).give(id, order, listener);
  }

  #host(path: string): PortHost {
    const known = this.#hostOf.get(path);
    if (known !== undefined) return known;
    const host = this.#hosts[Math.floor(this.#hostOf.size / this.#slotsPerHost)] ?? this.#start();
    this.#hostOf.set(path, host);
    return host;
  }

  #start(): PortHost {
    const host = new PortHost(this.#startHost);
    this.#hosts.push(host);
    return host;
  }
}
