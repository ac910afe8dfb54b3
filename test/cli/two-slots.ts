import { test as bare } from 'vitest';
import { Direct } from '../support/direct.ts';
import { Line } from '../support/line.ts';

/** A test with two empty slots of its own, and the commands that work on them. */
export const test = bare
  .extend('slots', 2)
  .extend('line', async ({ slots }, { onCleanup }) => {
    const line = await Line.open(slots);
    onCleanup(() => line.close());
    return line;
  })
  .extend('direct', ({ line }) => new Direct(line))
  .extend('one', ({ line }) => line.paths[0] ?? '')
  .extend('two', ({ line }) => line.paths[1] ?? '');
