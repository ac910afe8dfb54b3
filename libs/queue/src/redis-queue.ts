import { Fault } from '@flashline/contracts';
import { Queue as BullQueue } from 'bullmq';
import type { JobHandler, Queue, Stop } from './queue.ts';
import { parseAddress, type RedisAddress } from './redis/address.ts';
import { Channels } from './redis/channels.ts';
import { type Connections, closeConnections, openConnections, unreachable } from './redis/connections.ts';
import { Consumer } from './redis/consumer.ts';
import { within } from './redis/deadline.ts';
import { Health } from './redis/health.ts';
import { openWorker } from './redis/worker.ts';
import { checkedName, deliver, isName, type OnHandlerError, packed, servedTwice, unpacked } from './wire.ts';

const PREFIX = 'flashline';
/** Every request to Redis is answered or refused within this time. */
const ANSWER_MS = 2000;
const BEAT_MS = 5000;
/** Nobody reads BullMQ's event streams, so they are kept short. */
const EVENTS_MAX = 100;
/** BullMQ's own remove() says yes to jobs that never existed, and to started ones that lost their lock. */
const REMOVE = `
  if redis.call('LREM', KEYS[1], 1, ARGV[1]) == 0 then return 0 end
  redis.call('DEL', KEYS[2])
  return 1`;

export interface RedisQueueOptions {
  /** `redis://[user:password@]host[:port][/db]`, or `rediss://` for TLS. */
  readonly url: string;
  /** Keeps plants apart that share a Redis. */
  readonly prefix?: string | undefined;
  /** Told whenever what `trouble()` answers changes. */
  readonly onTrouble?: ((text: string | null) => void) | undefined;
  readonly onHandlerError?: OnHandlerError | undefined;
  /** Between two looks at Redis and at every consumer, in milliseconds. */
  readonly beatMs?: number | undefined;
}

/** The queue between hosts. It carries on by itself when Redis restarts, hangs or is wiped; jobs that Redis loses are lost. */
class RedisQueue implements Queue {
  readonly #address: RedisAddress;
  readonly #prefix: string;
  readonly #connections: Connections;
  readonly #channels: Channels;
  readonly #health: Health;
  readonly #onError: OnHandlerError;
  readonly #heart: NodeJS.Timeout;
  readonly #queues = new Map<string, BullQueue<unknown>>();
  readonly #consumers = new Map<string, Consumer>();
  #beating = false;
  #closed: Promise<void> | null = null;

  constructor(address: RedisAddress, connections: Connections, health: Health, options: RedisQueueOptions) {
    this.#address = address;
    this.#prefix = options.prefix ?? PREFIX;
    this.#connections = connections;
    this.#channels = new Channels(connections.events);
    this.#health = health;
    this.#onError = options.onHandlerError ?? (() => undefined);
    this.#heart = setInterval(() => void this.#beat(), options.beatMs ?? BEAT_MS);
  }

  async add(queue: string, id: string, data: unknown): Promise<void> {
    // The journal remembers what was done; here an id is free again as soon as it neither waits nor runs.
    const job = { jobId: checkedName(id), attempts: 1, removeOnComplete: true, removeOnFail: true };
    const bull = this.#bull(queue);
    const copy = unpacked(packed(data));
    await this.#ask(() => bull.add('job', copy, job));
  }

  async remove(queue: string, id: string): Promise<boolean> {
    const job = checkedName(id);
    const bull = this.#bull(queue);
    return await this.#ask(async () => {
      const keys = [bull.toKey('wait'), bull.toKey(job)];
      return (await this.#connections.commands.eval(REMOVE, keys.length, ...keys, job)) === 1;
    });
  }

  async consume(queue: string, handler: JobHandler): Promise<Stop> {
    this.#refuseWhenClosed();
    if (this.#consumers.has(checkedName(queue))) throw servedTwice(queue);
    const consumer = new Consumer(
      (run) => openWorker({ address: this.#address, prefix: this.#prefix, queue }, run),
      (data, signal) => deliver(queue, this.#onError, () => handler(data, signal)),
    );
    this.#consumers.set(queue, consumer);
    return async () => {
      await consumer.stop();
      if (this.#consumers.get(queue) === consumer) this.#consumers.delete(queue);
    };
  }

  async broadcast(channel: string, data: unknown): Promise<void> {
    await deliver(channel, this.#onError, async () => {
      const [to, parcel] = [this.#channel(channel), packed(data)];
      await this.#connections.commands.publish(to, parcel).catch(() => undefined);
    });
  }

  async listen(channel: string, handler: (data: unknown) => void): Promise<Stop> {
    this.#refuseWhenClosed();
    return await this.#channels.listen(this.#channel(channel), (parcel) => {
      void deliver(channel, this.#onError, () => handler(unpacked(parcel)));
    });
  }

  trouble(): string | null {
    return this.#health.trouble;
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    clearInterval(this.#heart);
    await Promise.all([...this.#consumers.values()].map((consumer) => consumer.stop()));
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
    this.#health.stop();
    await closeConnections(this.#connections);
  }

  async #beat(): Promise<void> {
    // A Redis that hangs answers later than the next beat is due.
    if (this.#beating) return;
    this.#beating = true;
    await this.#health.beat();
    await Promise.all([...this.#consumers].map((entry) => this.#checkUpOn(...entry)));
    this.#beating = false;
  }

  async #checkUpOn(queue: string, consumer: Consumer): Promise<void> {
    const bull = this.#bull(queue);
    await consumer.beat(performance.now(), () => bull.getWaitingCount().catch(() => 0));
  }

  // Pub/sub does not know databases, so the channel says which one it belongs to.
  #channel(channel: string): string {
    return `${this.#prefix}:${this.#address.db}:${checkedName(channel)}`;
  }

  #bull(queue: string): BullQueue<unknown> {
    const known = this.#queues.get(queue);
    if (known !== undefined) return known;
    const made = new BullQueue<unknown>(checkedName(queue), {
      connection: this.#connections.commands,
      prefix: this.#prefix,
      streams: { events: { maxLen: EVENTS_MAX } },
      skipVersionCheck: true,
      skipWaitingForReady: true,
    });
    made.on('error', () => undefined);
    this.#queues.set(queue, made);
    return made;
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    this.#refuseWhenClosed();
    if (this.#connections.commands.status !== 'ready') throw unreachable(this.#address, 'not connected');
    try {
      return await within(ANSWER_MS, question());
    } catch (error) {
      throw unreachable(this.#address, error);
    }
  }

  #refuseWhenClosed(): void {
    if (this.#closed !== null) throw unreachable(this.#address, 'closed');
  }
}

/**
 * Opens the queue on a Redis server. Faults: CONFIG_INVALID for an address that cannot be one, QUEUE_UNREACHABLE when Redis
 * does not answer within 3 s; nothing stays open then.
 */
export async function openRedisQueue(options: RedisQueueOptions): Promise<Queue> {
  const address = parseAddress(options.url);
  if (!isName(options.prefix ?? PREFIX))
    throw new Fault('CONFIG_INVALID', { field: 'prefix', reason: 'must be letters, digits, . _ or -' });
  const connections = await openConnections(address);
  const health = new Health(connections, address, options.onTrouble ?? (() => undefined));
  await health.beat();
  return new RedisQueue(address, connections, health, options);
}
