import { randomUUID } from 'node:crypto';
import type { StartedRuns } from '@flashline/contracts';
import { afterEach, expect, test } from 'vitest';
import { BenchWorker, settle } from '../rig/bench-worker.ts';
import { openRig, type Rig } from '../rig/rig.ts';
import { DELIVER_AGAIN_MS } from './dispatcher.ts';

let rig: Rig;
afterEach(() => rig.close());

async function run(body: unknown): Promise<StartedRuns['runs']> {
  const response = await rig.send('POST', '/runs', body);
  expect(response.status).toBe(200);
  const { runs } = (await response.json()) as StartedRuns;
  await settle();
  return runs;
}

test('a run on a board that is done is a new attempt on the same seating', async () => {
  rig = await openRig();
  await rig.startOrder(5);
  const worker = await BenchWorker.start(rig.queue, ['1-1']);
  const seating = await worker.plug('1-1');
  for (const job of worker.jobs) await worker.finish(job, { outcome: 'fail', fault: 'BOARD_SILENT' });
  const [started] = await run({ slots: [{ slot: '1-1', unit: 'SN-1' }] });
  expect(started).toEqual({ slot: '1-1', attemptId: expect.any(String), fault: null });
  expect(worker.jobs[1]?.assignment).toMatchObject({
    attemptId: started?.attemptId,
    seatingId: seating.id,
    unit: 'SN-1',
  });
  const { slots } = (await (await rig.ask('/slots')).json()) as { slots: { state: unknown }[] };
  expect(slots[0]?.state).toMatchObject({ is: 'queued', attemptId: started?.attemptId });
});

test('each slot that cannot be started says why, and stops no other', async () => {
  rig = await openRig();
  const { id } = await rig.startOrder(2);
  const worker = await BenchWorker.start(rig.queue, ['1-1', '1-2', '1-3', '1-4', '1-5']);
  await worker.plug('1-1');
  const seating = await worker.plug('1-2');
  const [, second] = worker.jobs;
  if (second === undefined) throw new Error('two jobs');
  await worker.finish(second, { outcome: 'error', fault: 'HOST_CRASHED' });
  await worker.set('1-4', { is: 'ended', seating, attemptId: randomUUID(), present: false, ready: false });
  await worker.set('1-5', { is: 'ended', seating, attemptId: randomUUID(), present: true, ready: false });
  const runs = await run({
    orderId: id,
    slots: ['1-1', '1-2', '1-2', '1-3', '1-4', '1-5', '9-9'].map((slot) => ({ slot })),
  });
  expect(runs.map(({ fault }) => fault)).toEqual([
    'SLOT_BUSY',
    null,
    'SLOT_BUSY',
    'SLOT_UNKNOWN',
    'SLOT_UNKNOWN',
    'BOARD_NOT_READY',
    'SLOT_UNKNOWN',
  ]);
});

test('where the recipe looks for the serial number of the unit, boards wait for a run that names one', async () => {
  rig = await openRig();
  await rig.startOrder(5, { recipe: { application: { serial: 'unit' } } });
  const worker = await BenchWorker.start(rig.queue, ['1-1']);
  await worker.plug('1-1');
  rig.time.advance(DELIVER_AGAIN_MS / 2);
  await worker.report();
  rig.time.advance(DELIVER_AGAIN_MS / 2);
  await settle();
  expect(worker.jobs).toEqual([]);
  expect(await run({ slots: [{ slot: '1-1' }] })).toEqual([{ slot: '1-1', attemptId: null, fault: 'UNIT_NEEDED' }]);
  expect(await run({ slots: [{ slot: '1-1', unit: 'SN-1' }] })).toMatchObject([{ fault: null }]);
  expect(worker.jobs).toMatchObject([{ assignment: { unit: 'SN-1' } }]);
});

test('a slot that two stations have must be named with its station', async () => {
  rig = await openRig();
  const left = await BenchWorker.start(rig.queue, ['1-1'], { station: 'left' });
  const right = await BenchWorker.start(rig.queue, ['1-1'], { station: 'right' });
  await rig.startOrder(1);
  await left.plug('1-1');
  const [job] = left.jobs;
  if (job === undefined) throw new Error('a job');
  await right.plug('1-1');
  await left.finish(job, { outcome: 'fail', fault: 'BOARD_GONE' });
  const [ambiguous] = await run({ slots: [{ slot: '1-1' }] });
  expect(ambiguous).toMatchObject({ fault: 'SLOT_AMBIGUOUS' });
  const [named] = await run({ slots: [{ station: 'right', slot: '1-1' }] });
  expect(named).toMatchObject({ fault: 'SLOT_BUSY' });
});

test('without an order there is nothing to run', async () => {
  rig = await openRig();
  const worker = await BenchWorker.start(rig.queue, ['1-1']);
  await worker.plug('1-1');
  const none = await rig.send('POST', '/runs', { slots: [{ slot: '1-1' }] });
  expect([none.status, await none.json()]).toEqual([409, expect.objectContaining({ code: 'ORDER_STATE' })]);
  const unknown = await rig.send('POST', '/runs', { orderId: 'WO-404', slots: [{ slot: '1-1' }] });
  expect([unknown.status, await unknown.json()]).toEqual([404, expect.objectContaining({ code: 'NOT_FOUND' })]);
});
