import { expect, test } from 'vitest';
import { inLanes } from './lanes.ts';

test('results come in the order of the tasks, and no more tasks run at once than there are lanes', async () => {
  let running = 0;
  let most = 0;
  const task = (n: number) => async () => {
    most = Math.max(most, ++running);
    for (let turns = 5 - n; turns > 0; turns--) await Promise.resolve();
    running--;
    return n;
  };
  expect(await inLanes(2, [0, 1, 2, 3, 4].map(task))).toEqual([0, 1, 2, 3, 4]);
  expect(most).toBe(2);
});

test('a task that fails fails all', async () => {
  await expect(inLanes(2, [async () => 1, () => Promise.reject(new Error('no'))])).rejects.toThrow('no');
});
