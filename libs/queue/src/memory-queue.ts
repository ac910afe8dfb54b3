import { Fault } from '@flashline/contracts';
import type { JobHandler, Queue, Stop } from './queue.ts';
import { checkedName, deliver, type OnHandlerError, packed, servedTwice, unpacked } from './wire.ts';

export interface MemoryQueueOptions {
  readonly onHandlerError?: OnHandlerError | undefined;
}

/** What serves a lane: the handler, and the signal that ends it. */
interface Server {
  readonly handler: JobHandler;
  readonly signal: AbortSignal;
}

/** One queue: the jobs that wait, oldest first, the one that runs, and who serves it. */
class Lane {
  readonly #name: string;
  readonly #onError: OnHandlerError;
  readonly #waiting = new Map<string, string>();
  #running: string | null = null;
  #ended: Promise<void> = Promise.resolve();
  #server: Server | null = null;

  constructor(name: string, onError: OnHandlerError) {
    this.#name = name;
    this.#onError = onError;
  }

  add(id: string, parcel: string): void {
    if (this.#running === id || this.#waiting.has(id)) return;
    this.#waiting.set(id, parcel);
    this.#wake();
  }

  remove(id: string): boolean {
    return this.#waiting.delete(id);
  }

  serve(handler: JobHandler): Stop {
    if (this.#server !== null) throw servedTwice(this.#name);
    const stopping = new AbortController();
    this.#server = { handler, signal: stopping.signal };
    this.#wake();
    return async () => {
      if (!stopping.signal.aborted) {
        stopping.abort();
        this.#server = null;
      }
      await this.#ended;
    };
  }

  // Never in the caller's own turn: with Redis nothing is delivered inside add() either.
  #wake(): void {
    setImmediate(() => this.#next());
  }

  #next(): void {
    const [job] = this.#waiting;
    if (this.#server === null || this.#running !== null || job === undefined) return;
    const [id, parcel] = job;
    const { handler, signal } = this.#server;
    this.#waiting.delete(id);
    this.#running = id;
    this.#ended = deliver(this.#name, this.#onError, () => handler(unpacked(parcel), signal)).then(() => {
      this.#running = null;
      this.#wake();
    });
  }
}

/** The queue inside one process: the station's default, with nothing to install. Its jobs end with the process. */
class MemoryQueue implements Queue {
  readonly #onError: OnHandlerError;
  readonly #lanes = new Map<string, Lane>();
  readonly #listeners = new Map<string, Set<(parcel: string) => void>>();
  readonly #stops = new Set<Stop>();
  #closed = false;

  constructor(onError: OnHandlerError) {
    this.#onError = onError;
  }

  async add(queue: string, id: string, data: unknown): Promise<void> {
    this.#lane(queue).add(checkedName(id), packed(data));
  }

  async remove(queue: string, id: string): Promise<boolean> {
    return this.#lane(queue).remove(checkedName(id));
  }

  async consume(queue: string, handler: JobHandler): Promise<Stop> {
    return this.#keep(this.#lane(queue).serve(handler));
  }

  async broadcast(channel: string, data: unknown): Promise<void> {
    if (this.#closed) return;
    await deliver(channel, this.#onError, () => {
      const parcel = packed(data);
      const listeners = this.#audience(channel);
      for (const listener of [...listeners]) setImmediate(() => listeners.has(listener) && listener(parcel));
    });
  }

  async listen(channel: string, handler: (data: unknown) => void): Promise<Stop> {
    this.#refuseWhenClosed();
    const listeners = this.#audience(channel);
    const listener = (parcel: string) => void deliver(channel, this.#onError, () => handler(unpacked(parcel)));
    listeners.add(listener);
    return this.#keep(async () => {
      listeners.delete(listener);
    });
  }

  trouble(): string | null {
    return null;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#stops].map((stop) => stop()));
  }

  #lane(queue: string): Lane {
    this.#refuseWhenClosed();
    const lane = this.#lanes.get(queue) ?? new Lane(checkedName(queue), this.#onError);
    this.#lanes.set(queue, lane);
    return lane;
  }

  #audience(channel: string): Set<(parcel: string) => void> {
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(checkedName(channel), listeners);
    return listeners;
  }

  #keep(end: Stop): Stop {
    const stop: Stop = async () => {
      await end();
      this.#stops.delete(stop);
    };
    this.#stops.add(stop);
    return stop;
  }

  #refuseWhenClosed(): void {
    if (this.#closed) throw new Fault('QUEUE_UNREACHABLE', { reason: 'closed' });
  }
}

/** Opens the in-process queue. Everything it carries is copied, as it would be on the way through Redis. */
export function openMemoryQueue(options: MemoryQueueOptions = {}): Queue {
  return new MemoryQueue(options.onHandlerError ?? (() => undefined));
}
