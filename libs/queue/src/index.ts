export type { JobHandler, Queue, Stop } from './queue.ts';
