import { randomUUID } from 'node:crypto';
import { Fault, type Slot } from '@flashline/contracts';
import type { Ledger } from '@flashline/store';
import { afterEach, expect, test } from 'vitest';
import { BenchWorker, resultOf, settle } from '../rig/bench-worker.ts';
import { openRig, type Rig } from '../rig/rig.ts';
import { judge } from './result-intake.ts';

let rig: Rig;
afterEach(() => rig?.close());

async function slotState(): Promise<Slot['state'] | undefined> {
  const { slots } = (await (await rig.ask('/slots')).json()) as { slots: Slot[] };
  return slots[0]?.state;
}

async function plugged(around: (real: Ledger) => Ledger = (real) => real) {
  rig = await openRig({ around });
  await rig.startOrder(5);
  const worker = await BenchWorker.start(rig.queue, ['1-1', '1-2']);
  const seating = await worker.plug('1-1');
  const [job] = worker.jobs;
  if (job === undefined) throw new Error('a job');
  return { worker, seating, job };
}

test('a slot is green only once its result is in the ledger', async () => {
  const { worker, seating, job } = await plugged();
  const { attemptId } = job.assignment;
  await worker.set('1-1', { is: 'running', seating, attemptId });
  expect(await slotState()).toMatchObject({ is: 'running' });
  await worker.set('1-1', { is: 'ended', seating, attemptId, present: true, ready: true });
  expect(await slotState()).toMatchObject({ is: 'running', progress: 0.99 });
  await worker.send(job.assignment);
  expect(rig.ledger.attempt(attemptId)?.result?.outcome).toBe('pass');
  expect(await slotState()).toMatchObject({ is: 'done', outcome: 'pass', attemptId });
});

test('a result is acknowledged as often as it is sent, and recorded once', async () => {
  const { worker, job } = await plugged();
  await worker.send(job.assignment);
  await worker.send(job.assignment, { outcome: 'fail', fault: 'BOARD_GONE' });
  await worker.send(job.assignment);
  expect(worker.acknowledged()).toEqual(Array(3).fill(job.assignment.attemptId));
  expect(rig.ledger.attempts({ limit: 10 }).attempts).toHaveLength(1);
  expect(rig.ledger.attempt(job.assignment.attemptId)?.result?.outcome).toBe('pass');
});

test('a result of an attempt that the ledger does not know is recorded whole', async () => {
  const { worker, job } = await plugged();
  const assignment = { ...job.assignment, attemptId: randomUUID(), seatingId: randomUUID(), slot: '1-2' };
  await worker.send(assignment);
  expect(rig.ledger.attempt(assignment.attemptId)).toMatchObject({ slot: '1-2', result: { outcome: 'pass' } });
  expect(worker.acknowledged()).toEqual([assignment.attemptId]);
});

test('a pass without its proof is recorded as an error of the station', async () => {
  const { worker, job } = await plugged();
  const readback = { ...job.assignment.intended, sha256: '0'.repeat(64) };
  await worker.send(job.assignment, { readback });
  const { result } = rig.ledger.attempt(job.assignment.attemptId) ?? {};
  expect(result).toMatchObject({ outcome: 'error', fault: 'STATION_BUG', readback });
  expect(worker.acknowledged()).toEqual([job.assignment.attemptId]);
});

test('a pass is a pass only with every part of its proof', () => {
  const intended = { bytes: 4, crc32: '01234567', sha256: 'a'.repeat(64) };
  const assignment = { intended, attemptId: randomUUID() } as Parameters<typeof resultOf>[0];
  expect(judge(assignment, resultOf(assignment)).outcome).toBe('pass');
  for (const wrong of [{ bytes: 3 }, { crc32: '76543210' }, { sha256: 'b'.repeat(64) }])
    expect(judge(assignment, resultOf(assignment, { readback: { ...intended, ...wrong } })).outcome).toBe('error');
  const nothing = { ...assignment, intended: { ...intended, bytes: 0 } };
  expect(judge(nothing, resultOf(nothing)).outcome).toBe('error');
});

test('while results cannot be recorded they are not acknowledged, health says so, and no board is started', async () => {
  let isFull = false;
  const checkDisk = () => {
    if (isFull) throw new Fault('RECORD_FAILED', { reason: 'SQLITE_FULL: database or disk is full' });
  };
  const { worker, job } = await plugged((real) => ({
    ...real,
    record: (...sent) => {
      checkDisk();
      return real.record(...sent);
    },
    assign: (assignment) => {
      checkDisk();
      return real.assign(assignment);
    },
  }));
  isFull = true;
  await worker.finish(job);
  expect(worker.acknowledged()).toEqual([]);
  expect(await slotState()).toMatchObject({ is: 'running', progress: 0.99 });
  const health = await (await rig.ask('/health')).json();
  expect(health).toMatchObject({ status: 'degraded', troubles: [expect.stringContaining('SQLITE_FULL')] });
  await worker.plug('1-2');
  rig.time.advance(4000);
  await worker.report();
  rig.time.advance(1000);
  await settle();
  expect(worker.jobs).toEqual([job]);
  isFull = false;
  await worker.report();
  expect(worker.jobs).toEqual([job]);
  await worker.send(job.assignment);
  expect(worker.acknowledged()).toEqual([job.assignment.attemptId]);
  expect(worker.jobs).toHaveLength(2);
  expect(await (await rig.ask('/health')).json()).toMatchObject({ status: 'ok', troubles: [] });
});

test('after trouble the line goes on by itself even when no result is on its way', async () => {
  let isFull = false;
  const { worker } = await plugged((real) => ({
    ...real,
    assign: (assignment) => {
      if (isFull) throw new Fault('RECORD_FAILED', { reason: 'SQLITE_FULL' });
      return real.assign(assignment);
    },
  }));
  isFull = true;
  await worker.plug('1-2');
  isFull = false;
  rig.time.advance(4000);
  await worker.report();
  expect(worker.jobs).toHaveLength(1);
  rig.time.advance(1000);
  await settle();
  expect(worker.jobs.map((job) => job.assignment.slot)).toContain('1-2');
});
