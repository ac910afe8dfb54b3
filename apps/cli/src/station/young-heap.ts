import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the room for what is soon gone as big as it is now. For a process that runs for months and has just started: V8 would double
 * it again and again while boards are made, up to 192 MiB, and give none of it back. It reads this flag whenever it may grow.
 */
export function keepYoungHeap(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
