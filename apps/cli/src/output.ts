import { Fault } from '@flashline/contracts';
import { exitCodeOf, lineOf } from './exit.ts';

/**
 * Has the work go on whatever becomes of what it prints. Who closes a pipe has seen enough, and the exit code is that of the work.
 * Where stdout could not take it otherwise, as on a full disk, stderr says OUTPUT_LOST, and a process that was to end with 0 ends
 * with the code of that: its result is nowhere.
 */
export function outliveOutput({ stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>): void {
  // Nobody is left who could be told.
  stderr.on('error', () => {});
  let isLost = false;
  stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (isLost || code === 'EPIPE') return;
    isLost = true;
    const fault = new Fault('OUTPUT_LOST', { reason: code ?? message });
    console.error(lineOf(fault));
    process.once('exit', () => {
      process.exitCode ||= exitCodeOf(fault);
    });
  });
}
