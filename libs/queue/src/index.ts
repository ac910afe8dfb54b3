import type { RedisCondition } from './inspect-redis.ts';
import type { Queue } from './queue.ts';
import type { RedisQueueOptions } from './redis-queue.ts';

export type { RedisCondition } from './inspect-redis.ts';
export { type MemoryQueueOptions, openMemoryQueue } from './memory-queue.ts';
export type { JobHandler, Queue, Stop } from './queue.ts';
export type { RedisQueueOptions } from './redis-queue.ts';
export type { OnHandlerError } from './wire.ts';

/** Opens the queue on a Redis server. Rejects with QUEUE_UNREACHABLE within seconds, with CONFIG_INVALID for a bad address. */
export async function openRedisQueue(options: RedisQueueOptions): Promise<Queue> {
  // BullMQ takes as long to load as a whole station: only those who use Redis pay for it.
  const redis = await import('./redis-queue.ts');
  return redis.openRedisQueue(options);
}

/** Asks a Redis how it is set up. Rejects with QUEUE_UNREACHABLE within seconds, with CONFIG_INVALID for a bad address. */
export async function inspectRedis(url: string): Promise<RedisCondition> {
  const redis = await import('./inspect-redis.ts');
  return redis.inspectRedis(url);
}
