import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { BenchWorker, settle } from '../rig/bench-worker.ts';
import { openRig, type Rig } from '../rig/rig.ts';

let rig: Rig;
afterEach(() => rig.close());

test('a cancellation is told every second until the attempt is recorded', async () => {
  rig = await openRig();
  await rig.startOrder(5);
  const worker = await BenchWorker.start(rig.queue, ['1-1']);
  await worker.plug('1-1');
  const [job] = worker.jobs;
  if (job === undefined) throw new Error('a job');
  const { attemptId } = job.assignment;
  const response = await rig.send('POST', `/attempts/${attemptId}/actions/cancel`, {});
  expect([response.status, await response.json()]).toEqual([202, expect.objectContaining({ attemptId, result: null })]);
  rig.time.advance(3000);
  await settle();
  expect(worker.cancelled()).toEqual(Array(4).fill(attemptId));
  await worker.send(job.assignment, { outcome: 'aborted', fault: 'CANCELLED' });
  rig.time.advance(3000);
  await settle();
  expect(worker.cancelled()).toHaveLength(4);
});

test('an attempt that has ended cannot be cancelled, nor one that never was', async () => {
  rig = await openRig();
  await rig.startOrder(5);
  const worker = await BenchWorker.start(rig.queue, ['1-1']);
  await worker.plug('1-1');
  const [job] = worker.jobs;
  if (job === undefined) throw new Error('a job');
  await worker.send(job.assignment);
  const ended = await rig.send('POST', `/attempts/${job.assignment.attemptId}/actions/cancel`, {});
  expect([ended.status, await ended.json()]).toEqual([409, expect.objectContaining({ code: 'ATTEMPT_ENDED' })]);
  const unknown = await rig.send('POST', `/attempts/${randomUUID()}/actions/cancel`, {});
  expect([unknown.status, await unknown.json()]).toEqual([404, expect.objectContaining({ code: 'NOT_FOUND' })]);
  expect(worker.cancelled()).toEqual([]);
});
