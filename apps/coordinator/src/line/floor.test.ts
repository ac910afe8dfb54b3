import { randomUUID } from 'node:crypto';
import { type BenchReport, CHANNELS, type PhaseName, type ProgressReport, type Slot } from '@flashline/contracts';
import { afterEach, expect, test } from 'vitest';
import type { z } from 'zod';
import { BenchWorker, settle } from '../rig/bench-worker.ts';
import { openRig, type Rig } from '../rig/rig.ts';
import { SILENCE_MS_MAX } from './floor.ts';

let rig: Rig;
afterEach(() => rig.close());

async function slots(): Promise<Slot[]> {
  return ((await (await rig.ask('/slots')).json()) as { slots: Slot[] }).slots;
}

test('a station that falls silent is offline, and back with its next report', async () => {
  rig = await openRig();
  const worker = await BenchWorker.start(rig.queue, ['1-1']);
  await worker.report();
  rig.time.advance(SILENCE_MS_MAX - 1);
  expect((await slots())[0]?.state).toEqual({ is: 'empty' });
  rig.time.advance(1);
  expect((await slots())[0]?.state).toEqual({ is: 'offline' });
  expect(await (await rig.ask('/health')).json()).toMatchObject({
    status: 'degraded',
    troubles: ['Station bench does not answer.'],
    stations: [{ station: 'bench', online: false, simulated: false, slots: 1 }],
  });
  await worker.report();
  expect((await slots())[0]?.state).toEqual({ is: 'empty' });
});

test('progress of an attempt rises and never falls, and begins anew with the next attempt', async () => {
  rig = await openRig();
  const worker = await BenchWorker.start(rig.queue, ['1-1']);
  const seating = await worker.plug('1-1');
  const tell = async (attemptId: string, fraction: number, phase: PhaseName = 'write') => {
    const report: ProgressReport = { station: 'bench', slot: '1-1', attemptId, phase, fraction };
    await rig.queue.broadcast(CHANNELS.progress, report);
    await settle();
    const state = (await slots())[0]?.state;
    return state?.is === 'running' ? state.progress : null;
  };
  const [first, second] = [randomUUID(), randomUUID()];
  await worker.set('1-1', { is: 'running', seating, attemptId: first });
  expect([await tell(first, 0.5), await tell(first, 0.3), await tell(first, 0.99)]).toEqual([0.5, 0.5, 0.99]);
  expect(await tell(first, 1)).toBe(0.99);
  await worker.set('1-1', { is: 'running', seating, attemptId: second });
  expect(await tell(second, 0.1)).toBe(0.1);
  await tell(second, 0.1, 'verify');
  expect((await slots())[0]?.state).toMatchObject({ phase: 'verify', progress: 0.1 });
});

test('what keeps a station from seeing boards is told in its words', async () => {
  rig = await openRig();
  const report: z.input<typeof BenchReport> = {
    station: 'bench',
    simulated: false,
    toolVersion: 'rig',
    blind: true,
    trouble: 'This computer has no USB.',
    slots: [],
  };
  await rig.queue.broadcast(CHANNELS.bench, report);
  await settle();
  expect(await (await rig.ask('/health')).json()).toMatchObject({
    troubles: ['Station bench: This computer has no USB.'],
  });
});

test('no more stations are remembered than one coordinator serves', async () => {
  rig = await openRig();
  for (let station = 0; station < 300; station++) {
    const report = {
      station: `s${station}`,
      simulated: false,
      toolVersion: '',
      trouble: null,
      blind: false,
      slots: [],
    };
    await rig.queue.broadcast(CHANNELS.bench, report);
  }
  await settle();
  const { stations } = (await (await rig.ask('/health')).json()) as { stations: unknown[] };
  expect(stations).toHaveLength(256);
});
