import { buffer } from 'node:stream/consumers';
import { readingOf } from './reading.ts';

// In a process of its own: reads the file that comes on stdin, and prints what became of it.
const bytes = new Uint8Array(await buffer(process.stdin));
globalThis.gc?.();
console.log(JSON.stringify(readingOf({ name: undefined, bytes })));
