import type { HostControl, HostEnd, HostEvents, StartHost } from '../host.ts';
import type { FromHost, ToHost } from '../host-messages.ts';

/** A host without a process: it does nothing by itself, and its process ends and starts when a test says so. */
export class FakeHost implements HostControl {
  /** What its processes were told, in order. */
  readonly told: ToHost[] = [];
  /** How often a new process was asked for. */
  recycles = 0;
  isStopped = false;
  readonly #events: HostEvents;
  #isAlive = true;
  #next = Promise.withResolvers<void>();

  constructor(events: HostEvents) {
    this.#events = events;
  }

  tell(message: ToHost): boolean {
    if (this.#isAlive) this.told.push(message);
    return this.#isAlive;
  }

  async started(): Promise<void> {
    if (!this.#isAlive && !this.isStopped) await this.#next.promise;
  }

  recycle(): boolean {
    if (this.#isAlive) this.recycles += 1;
    return this.#isAlive;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.#isAlive = false;
    this.#next.resolve();
  }

  /** The process says something. */
  says(message: FromHost): void {
    this.#events.onMessage(message);
  }

  /** The process is gone; `hasSpoken` is false for one that never came up. */
  ends(end: HostEnd, hasSpoken = true): void {
    this.#isAlive = false;
    this.#events.onEnd(end, 'as the test says', hasSpoken);
  }

  /** The next process is there. */
  starts(): void {
    this.#isAlive = true;
    this.#next.resolve();
    this.#next = Promise.withResolvers();
  }
}

/** Starts hosts without processes, and keeps them in the order in which they were started. */
export function fakeHosts(): { readonly hosts: FakeHost[]; readonly startHost: StartHost } {
  const hosts: FakeHost[] = [];
  const startHost: StartHost = (events) => {
    const host = new FakeHost(events);
    hosts.push(host);
    return host;
  };
  return { hosts, startHost };
}
