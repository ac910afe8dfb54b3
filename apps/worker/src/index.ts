export type { ImageSource } from './attempts.ts';
export { type Direct, type DirectFlash, flashDirect, lookAtBus, workDirect } from './direct.ts';
export type { Ending } from './ending.ts';
export type { BusChoice } from './hosts/host-messages.ts';
export { imagesFrom } from './image-cache.ts';
export { startWorker, type Worker, type WorkerOptions } from './worker.ts';
