import { asFault, Fault, type PhaseName } from '@flashline/contracts';
import type { BusDevice } from '@flashline/dfuse';
import type { Range } from '@flashline/firmware';
import { hereMs } from './computer-clock.ts';
import type { HostControl, HostEnd, StartHost } from './host.ts';
import type { FromHost, ToHost } from './host-messages.ts';

/** The engine has a deadline for every phase; a host that breaks even this one is ended from outside. */
const ORDER_MS_MAX = 60 * 60_000;
/** When so many processes in a row did not even come up, those who wait for one are told. */
const FAILED_STARTS_MAX = 3;

export type OnProgress = (phase: PhaseName, fraction: number) => void;

/** What the one who gives an order hears of it before it ends. */
export interface Listener {
  readonly onProgress: OnProgress;
  /** Told of the board of the order where it was met, and when (`performance.now()`). */
  readonly onMet: (device: BusDevice, metMs: number) => void;
  /** Puts into safety what an erase is about to take; the erase waits for it. */
  readonly onPreserved: (ranges: readonly Range[]) => Promise<void>;
}

/** How a host says that an order has ended. */
export type Ended = Extract<FromHost, { on: 'ended' | 'job-ended' | 'entered' }>;

/** One order, from when it is given until it has ended. */
interface Flight extends Listener {
  readonly resolve: (ended: Ended) => void;
  readonly reject: (fault: Fault) => void;
  phase: PhaseName | null;
  /** Runs from when the host has the order. */
  deadline: NodeJS.Timeout | null;
}

/** One port host and its orders: its death becomes a fault of those that it has, and those that wait go to the next process that comes up. */
export class PortHost {
  readonly #host: HostControl;
  readonly #flights = new Map<string, Flight>();
  /** In a row, without one that came up. */
  #failedStarts = 0;
  /** Set while the process is to end as soon as that hurts nobody; resolved when it has ended. */
  #renewal: PromiseWithResolvers<void> | null = null;

  constructor(startHost: StartHost) {
    this.#host = startHost({ onMessage: (message) => this.#take(message), onEnd: (...end) => this.#ended(...end) });
  }

  /**
   * Resolves with how the order ended. Rejects with HOST_CRASHED or HOST_HUNG when the process ends before or none can be started, and
   * with CANCELLED when it is stopped before it has begun.
   */
  give(id: string, order: ToHost, listener: Listener): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const flight: Flight = { ...listener, resolve, reject, phase: null, deadline: null };
      // Known from now on, so that it can be stopped while it waits.
      this.#flights.set(id, flight);
      void this.#tell(id, flight, order);
    });
  }

  /** Stops an order; nothing happens when it is none of this host. */
  cancel(id: string): void {
    const flight = this.#flights.get(id);
    if (flight === undefined) return;
    if (isTold(flight)) this.#host.tell({ on: 'cancel', id });
    else this.#refuse(id, flight, new Fault('CANCELLED'));
  }

  /** Has a new process as soon as that hurts nobody. Orders that come meanwhile wait for it, so that the old one gets idle. */
  renew(): void {
    this.#renewal ??= Promise.withResolvers();
    this.#recycleWhenIdle();
  }

  /** Ends the process, and then every order with HOST_CRASHED. */
  async stop(): Promise<void> {
    await this.#host.stop();
    for (const [id, flight] of this.#flights) this.#refuse(id, flight, lost(flight, 'HOST_CRASHED', 'stopped'));
    this.#renewed();
  }

  async #tell(id: string, flight: Flight, order: ToHost): Promise<void> {
    do {
      await this.#renewal?.promise;
      await this.#host.started();
    } while (this.#renewal !== null);
    if (this.#flights.get(id) !== flight) return;
    if (this.#host.tell(order)) flight.deadline = setTimeout(() => this.#host.recycle(), ORDER_MS_MAX);
    else this.#refuse(id, flight, lost(flight, 'HOST_CRASHED', 'could not be told'));
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
      case 'met':
        flight.onMet(message.device, hereMs(message.atMs));
        return;
      case 'preserved':
        void this.#keep(flight, message);
        return;
      case 'ended':
      case 'job-ended':
      case 'entered':
        this.#land(message.id, flight);
        flight.resolve(message);
        if (hasHung(message)) this.renew();
        else this.#recycleWhenIdle();
        return;
      default:
        message satisfies never;
    }
  }

  async #keep({ onPreserved }: Flight, { id, ranges }: Extract<FromHost, { on: 'preserved' }>): Promise<void> {
    const fault = await onPreserved(ranges).then(
      () => null,
      (thrown: unknown) => asFault(thrown, 'RECORD_FAILED').code,
    );
    this.#host.tell({ on: 'kept', id, fault });
  }

  #ended(end: HostEnd, how: string, hasSpoken: boolean): void {
    this.#renewed();
    // One that was to be replaced while it started says nothing about the next.
    if (hasSpoken) this.#failedStarts = 0;
    else if (end !== 'recycled') this.#failedStarts += 1;
    const isWorthWaiting = this.#failedStarts < FAILED_STARTS_MAX;
    for (const [id, flight] of this.#flights)
      if (isTold(flight) || !isWorthWaiting) this.#refuse(id, flight, lost(flight, FAULT_OF_END[end], how));
  }

  #recycleWhenIdle(): void {
    if (this.#renewal === null || this.#flights.values().some(isTold)) return;
    if (!this.#host.recycle()) this.#renewed();
  }

  /** The old process is gone. */
  #renewed(): void {
    this.#renewal?.resolve();
    this.#renewal = null;
  }

  #refuse(id: string, flight: Flight, fault: Fault): void {
    this.#land(id, flight);
    flight.reject(fault);
  }

  #land(id: string, { deadline }: Flight): void {
    if (deadline !== null) clearTimeout(deadline);
    this.#flights.delete(id);
  }
}

/** A process that has orders is recycled only when one of them has broken its deadline. */
const FAULT_OF_END = { crashed: 'HOST_CRASHED', hung: 'HOST_HUNG', recycled: 'HOST_HUNG' } as const;

function isTold({ deadline }: Flight): boolean {
  return deadline !== null;
}

function lost({ phase }: Flight, code: 'HOST_CRASHED' | 'HOST_HUNG', how: string): Fault {
  return new Fault(code, { how, phase });
}

/** A call into native code that never came back keeps its handle and its thread until the process ends. */
function hasHung({ report }: Ended): boolean {
  return report.fault !== null && report.faultDetails?.hasHung === true;
}
