import type { Redis } from 'ioredis';
import type { Stop } from '../queue.ts';

type Listener = (parcel: string) => void;

/** Who listens to which pub/sub channel. Subscribes again by itself after every reconnect. */
export class Channels {
  readonly #redis: Redis;
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(redis: Redis) {
    this.#redis = redis;
    redis.on('ready', () => void this.#tell('subscribe', [...this.#listeners.keys()]));
    redis.on('message', (channel, parcel) => {
      for (const listener of this.#listeners.get(channel) ?? []) listener(parcel);
    });
  }

  /** Resolves when Redis has subscribed us; without Redis at once, and what is said until it returns is missed. */
  async listen(channel: string, handler: Listener): Promise<Stop> {
    const listener: Listener = (parcel) => handler(parcel);
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners.add(listener));
    await this.#tell('subscribe', [channel]);
    return async () => {
      if (!listeners.delete(listener) || listeners.size > 0 || this.#listeners.get(channel) !== listeners) return;
      this.#listeners.delete(channel);
      await this.#tell('unsubscribe', [channel]);
    };
  }

  async #tell(what: 'subscribe' | 'unsubscribe', channels: string[]): Promise<void> {
    if (channels.length === 0) return;
    // A failure means that the connection is down, and the next `ready` puts it right.
    await this.#redis[what](...channels).catch(() => undefined);
  }
}
