import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the room for what is soon gone from growing. For a process that runs for months and has just started: V8 would double it again
 * and again while boards are made (128 MiB were seen), and give none of it back before it collects everything, which may be in hours. It reads this flag whenever it may grow;
 * a limit, as hosts have, can be set only by who starts the process, and that is a person.
 */
export function keepYoungHeap(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
