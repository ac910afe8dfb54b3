import { Fault } from '@flashline/contracts';
import { Redis, type RedisOptions } from 'ioredis';
import type { RedisAddress } from './address.ts';
import { within } from './deadline.ts';

/** Redis must answer within this time when the queue is opened. */
const OPEN_MS = 3000;
/** Redis must answer a single command within this time. */
const COMMAND_MS = 1500;
/** A socket that gives no answer for this long is replaced: the other end may be gone without having said so. */
const SILENCE_MS = 30_000;

/** The connections that all users of a queue share. Consumers have their own. */
export interface Connections {
  readonly commands: Redis;
  /** For pub/sub. */
  readonly events: Redis;
}

/** How every connection is made: it keeps trying to come back, and lets go at once when it is told to. */
export function connectionOptions(address: RedisAddress) {
  return {
    ...address.login,
    connectTimeout: OPEN_MS,
    disconnectTimeout: 100,
    socketTimeout: SILENCE_MS,
    retryStrategy: (times: number) => Math.min(times * 100, 2000),
  } satisfies RedisOptions;
}

/** Connects, and proves that Redis answers. Throws QUEUE_UNREACHABLE and leaves nothing open when it does not. */
export async function openConnections(address: RedisAddress): Promise<Connections> {
  // Answered soon or failed: a command that waited for a reconnect would be carried out long after its caller gave up.
  const prompt = {
    ...connectionOptions(address),
    commandTimeout: COMMAND_MS,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
  } satisfies RedisOptions;
  const connections: Connections = { commands: new Redis(prompt), events: new Redis(prompt) };
  try {
    await within(OPEN_MS, Promise.all([connections.commands, connections.events].map(firstAnswer)));
  } catch (error) {
    await closeConnections(connections);
    throw unreachable(address, error);
  }
  return connections;
}

/** Hangs up at once, whatever state the connections are in. */
export async function closeConnections({ commands, events }: Connections): Promise<void> {
  await Promise.all([hangUp(commands), hangUp(events)]);
}

/** Ends a connection at once, and with it every command that waits on it. */
export async function hangUp(redis: Redis): Promise<void> {
  if (redis.status === 'end') return;
  const { promise, resolve } = Promise.withResolvers<void>();
  redis.once('end', () => resolve());
  const pausing = redis.status === 'reconnecting';
  redis.disconnect();
  if (pausing) {
    // Between two tries ioredis has no socket whose end it could announce, so it gets a last one.
    redis.once('connect', () => redis.disconnect());
    redis.connect().catch(() => undefined);
  }
  await promise;
}

/** The fault for an address that does not answer. The error itself is not kept: ioredis puts the login command into it. */
export function unreachable(address: RedisAddress, error: unknown): Fault {
  return new Fault('QUEUE_UNREACHABLE', { url: address.shown, reason: reasonOf(error) });
}

/** What went wrong, in the words of the network or of Redis. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A name with several addresses fails with an AggregateError, whose message is empty.
  const [first] = error instanceof AggregateError ? error.errors : [];
  return first === undefined ? error.message.slice(0, 200) : reasonOf(first);
}

/** Resolves when Redis has greeted us, and rejects at the first failure. */
async function firstAnswer(redis: Redis): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let reason = new Error('the connection was closed');
  // Stays for the life of the connection: without a listener ioredis prints every error.
  redis.on('error', (error) => {
    reason = error;
  });
  redis.once('ready', () => resolve());
  redis.once('close', () => reject(reason));
  await promise;
}
