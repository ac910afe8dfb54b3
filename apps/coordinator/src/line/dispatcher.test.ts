import { randomUUID } from 'node:crypto';
import { CHANNELS, Fault } from '@flashline/contracts';
import { openMemoryQueue, type Queue } from '@flashline/queue';
import { afterEach, expect, test } from 'vitest';
import { BenchWorker, settle } from '../rig/bench-worker.ts';
import { openRig, type Rig } from '../rig/rig.ts';
import { DELIVER_AGAIN_MS } from './dispatcher.ts';

let rig: Rig;
afterEach(() => rig.close());

test('a board that is plugged in gets one job, however often its station reports it', async () => {
  rig = await openRig();
  const order = await rig.startOrder(5);
  const worker = await BenchWorker.start(rig.queue, ['1-1']);
  const seating = await worker.plug('1-1');
  await worker.report();
  await worker.report();
  expect(worker.jobs).toHaveLength(1);
  const [job] = worker.jobs;
  expect(job).toMatchObject({
    loadAddress: 0x0800_0000,
    board: { vendorId: 0x0483, productId: 0xdf11 },
    assignment: { slot: '1-1', seatingId: seating.id, orderId: order.id, image: order.image, simulated: false },
  });
  expect(job?.assignment.intended).toEqual(rig.ledger.image(order.image)?.content);
});

test('a job carries the recipe of its order, also when it is delivered again', async () => {
  rig = await openRig();
  const { recipe } = await rig.startOrder(5, { recipe: { erase: 'none', keepsRest: false } });
  expect(recipe).toMatchObject({ erase: 'none', keepsRest: false, lock: [] });
  const worker = await BenchWorker.start(rig.queue, ['1-1']);
  await worker.plug('1-1');
  rig.time.advance(DELIVER_AGAIN_MS - 1);
  await worker.report();
  rig.time.advance(1);
  await settle();
  expect(worker.jobs.map((job) => job.recipe)).toEqual([recipe, recipe]);
});

test('a board that failed is not tried again by itself; a new board in the slot is', async () => {
  rig = await openRig();
  await rig.startOrder(5);
  const worker = await BenchWorker.start(rig.queue, ['1-1']);
  const seating = await worker.plug('1-1');
  for (const job of worker.jobs) await worker.finish(job, { outcome: 'fail', fault: 'VERIFY_MISMATCH' });
  await worker.set('1-1', { is: 'waiting', seating, ready: true, perhapsOf: null });
  rig.time.advance(20_000);
  await worker.report();
  expect(worker.jobs).toHaveLength(1);
  await worker.plug('1-1');
  expect(worker.jobs).toHaveLength(2);
});

test('a board that may be the one of an attempt before is not worked on by itself', async () => {
  rig = await openRig();
  await rig.startOrder(5);
  const worker = await BenchWorker.start(rig.queue, ['1-1']);
  const seating = await worker.plug('1-1');
  const [job = expect.fail('no job')] = worker.jobs;
  await worker.finish(job);
  const perhapsOf = job.assignment.attemptId;
  await worker.set('1-1', { is: 'waiting', seating: { ...seating, id: randomUUID() }, ready: true, perhapsOf });
  rig.time.advance(20_000);
  await worker.report();
  expect(worker.jobs).toHaveLength(1);
});

test('no more boards are in work than the order has left', async () => {
  rig = await openRig();
  await rig.startOrder(3);
  const slots = Array.from({ length: 8 }, (_, index) => `1-${index + 1}`);
  const worker = await BenchWorker.start(rig.queue, slots);
  for (const slot of slots) await worker.plug(slot);
  expect(worker.jobs).toHaveLength(3);
  const [first, second, third] = worker.jobs;
  if (!first || !second || !third) throw new Error('three jobs');
  await worker.finish(first, { outcome: 'fail', fault: 'BOARD_GONE' });
  expect(worker.jobs).toHaveLength(4);
  for (const job of worker.jobs.slice(1)) await worker.finish(job);
  expect(rig.ledger.orders()[0]).toMatchObject({ state: 'completed', counts: { good: 3, bad: 1, inWork: 0, left: 0 } });
  expect(worker.jobs).toHaveLength(4);
});

test('boards that waited get their job when an order is started, and none while it is paused', async () => {
  rig = await openRig();
  const worker = await BenchWorker.start(rig.queue, ['1-1', '1-2']);
  await worker.plug('1-1');
  expect(worker.jobs).toHaveLength(0);
  const { id } = await rig.startOrder(5);
  await settle();
  expect(worker.jobs).toHaveLength(1);
  await rig.send('POST', `/work-orders/${id}/actions/pause`, {});
  await worker.plug('1-2');
  expect(worker.jobs).toHaveLength(1);
  await rig.send('POST', `/work-orders/${id}/actions/start`, {});
  await settle();
  expect(worker.jobs).toHaveLength(2);
});

test('a virtual board gets nothing from a real order, nor a real board from a simulated one', async () => {
  rig = await openRig();
  const virtual = await BenchWorker.start(rig.queue, ['1-1'], { station: 'virtual', simulated: true });
  const real = await BenchWorker.start(rig.queue, ['1-1'], { station: 'real' });
  const { id } = await rig.startOrder(5);
  await virtual.plug('1-1');
  await real.plug('1-1');
  expect([virtual.jobs.length, real.jobs.length]).toEqual([0, 1]);
  await rig.send('POST', `/work-orders/${id}/actions/close`, {});
  await rig.startOrder(5, { simulated: true });
  await settle();
  expect([virtual.jobs.length, real.jobs.length]).toEqual([1, 1]);
  expect(virtual.jobs[0]?.assignment.simulated).toBe(true);
});

test('a job that the queue lost is added again, and not before it is late', async () => {
  rig = await openRig();
  const { id } = await rig.startOrder(5);
  const worker = await BenchWorker.start(rig.queue, ['1-1']);
  await worker.plug('1-1');
  rig.time.advance(DELIVER_AGAIN_MS - 1);
  await worker.report();
  expect(worker.jobs).toHaveLength(1);
  rig.time.advance(1);
  await settle();
  expect(worker.jobs).toHaveLength(2);
  expect(worker.jobs[1]).toEqual(worker.jobs[0]);
  expect(rig.ledger.order(id)?.counts.inWork).toBe(1);
});

test('a job is not added again while its station is silent, nor once its worker shows it', async () => {
  rig = await openRig();
  await rig.startOrder(5);
  const worker = await BenchWorker.start(rig.queue, ['1-1']);
  const seating = await worker.plug('1-1');
  rig.time.advance(60_000);
  await settle();
  expect(worker.jobs).toHaveLength(1);
  const attemptId = worker.jobs[0]?.assignment.attemptId ?? '';
  await worker.set('1-1', { is: 'running', seating, attemptId });
  rig.time.advance(4000);
  await worker.set('1-1', { is: 'ended', seating, attemptId, present: true, ready: true });
  rig.time.advance(4000);
  await settle();
  expect(worker.jobs).toHaveLength(1);
});

test('after a restart of the coordinator open attempts are delivered again, not made again', async () => {
  rig = await openRig();
  await rig.startOrder(5);
  const worker = await BenchWorker.start(rig.queue, ['1-1']);
  await worker.plug('1-1');
  await rig.coordinator.close();
  const first = rig;
  const second = await openRig({ folder: first.folder, ledger: first.ledger, queue: first.queue });
  const close = async () => {
    await second.coordinator.close();
    await first.close();
  };
  rig = { ...second, close };
  second.time.advance(4000);
  await worker.report();
  second.time.advance(1000);
  await settle();
  expect(worker.jobs.map((job) => job.assignment.attemptId)).toEqual(
    Array(2).fill(worker.jobs[0]?.assignment.attemptId),
  );
});

test('a queue that does not take the job gets it with the next sweep', async () => {
  const memory = openMemoryQueue();
  let isDown = true;
  const add: Queue['add'] = (queue, id, data) =>
    isDown ? Promise.reject(new Fault('QUEUE_UNREACHABLE')) : memory.add(queue, id, data);
  const queue: Queue = {
    add,
    remove: memory.remove.bind(memory),
    consume: memory.consume.bind(memory),
    broadcast: memory.broadcast.bind(memory),
    listen: memory.listen.bind(memory),
    trouble: () => (isDown ? 'the queue is down' : null),
    close: memory.close.bind(memory),
  };
  rig = await openRig({ queue });
  await rig.startOrder(5);
  const worker = await BenchWorker.start(queue, ['1-1']);
  await worker.plug('1-1');
  expect(worker.jobs).toHaveLength(0);
  expect(rig.ledger.openAttempts()).toHaveLength(1);
  expect(await (await rig.ask('/health')).json()).toMatchObject({
    status: 'degraded',
    troubles: ['the queue is down'],
  });
  isDown = false;
  rig.time.advance(4000);
  await worker.report();
  rig.time.advance(1000);
  await settle();
  expect(worker.jobs).toHaveLength(1);
});

test('reports that make no sense change nothing', async () => {
  rig = await openRig();
  await rig.startOrder(5);
  const worker = await BenchWorker.start(rig.queue, ['1-1']);
  const garbage = [null, 7, 'x', [], {}, { station: 'bench' }, { station: '../..', slots: 'many' }];
  for (const data of garbage) {
    await rig.queue.broadcast(CHANNELS.bench, data);
    await rig.queue.broadcast(CHANNELS.progress, data);
    await rig.queue.add(CHANNELS.results, randomUUID(), data);
  }
  await settle();
  expect(await (await rig.ask('/slots')).json()).toEqual({ slots: [] });
  await worker.plug('1-1');
  expect(worker.jobs).toHaveLength(1);
});
