export { type MemoryQueueOptions, openMemoryQueue } from './memory-queue.ts';
export type { JobHandler, Queue, Stop } from './queue.ts';
export { openRedisQueue, type RedisQueueOptions } from './redis-queue.ts';
export type { OnHandlerError } from './wire.ts';
