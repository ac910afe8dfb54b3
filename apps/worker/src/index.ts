export { readUsbTree } from '@flashline/usb';
export type { ImageSource } from './attempt.ts';
export { type BusLook, followBus, type OnScan } from './bus-follow.ts';
export { type Direct, type DirectFlash, enterDirect, flashDirect, lookAtBus, workDirect } from './direct.ts';
export { type Ending, endingOfFault } from './ending.ts';
export type { BusChoice, EntryReport } from './hosts/host-messages.ts';
export { imagesFrom } from './image-cache.ts';
export type { KeepNames } from './slots/slot-naming.ts';
export { startWorker, type Worker, type WorkerOptions } from './worker.ts';
