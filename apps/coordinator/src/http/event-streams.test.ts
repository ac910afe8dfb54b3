import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { type Attempt, CHANNELS, type Health, type LiveEvent, type ProgressReport } from '@flashline/contracts';
import express from 'express';
import { afterEach, expect, test } from 'vitest';
import { LiveFeed } from '../live/feed.ts';
import { BenchWorker, settle } from '../rig/bench-worker.ts';
import { EventReader } from '../rig/event-reader.ts';
import { ManualTime } from '../rig/manual-time.ts';
import { openRig, type Rig } from '../rig/rig.ts';
import { EventStreams, STREAMS_MAX } from './event-streams.ts';

let rig: Rig;
const readers: EventReader[] = [];
afterEach(async () => {
  for (const reader of readers.splice(0)) reader.close();
  await rig.close();
});

async function follow(): Promise<EventReader> {
  const reader = await EventReader.open(rig.coordinator.url);
  readers.push(reader);
  return reader;
}

test('a screen gets a snapshot first, then each change', async () => {
  rig = await openRig();
  const { id } = await rig.startOrder(5);
  const worker = await BenchWorker.start(rig.queue, ['1-1']);
  await worker.report();
  const screen = await follow();
  expect(await screen.next('snapshot')).toMatchObject({
    health: { status: 'ok', version: '0.0.0-rig' },
    slots: [{ slot: '1-1', label: 'L1-1', state: { is: 'empty' } }],
    order: { id },
    attempts: [],
  });
  await worker.plug('1-1');
  rig.time.advance(100);
  expect((await screen.next('slot')).slot.state).toMatchObject({ is: 'queued' });
  expect((await screen.next('order')).order?.counts).toMatchObject({ inWork: 1 });
  for (const job of worker.jobs) await worker.finish(job);
  expect((await screen.next('attempt')).attempt.result).toMatchObject({ outcome: 'pass' });
  rig.time.advance(100);
  expect((await screen.next('slot')).slot.state).toMatchObject({ is: 'done', outcome: 'pass' });
  const late = await follow();
  const { attempts, slots } = await late.next('snapshot');
  expect([attempts.length, slots[0]?.state.is]).toEqual([1, 'done']);
});

test('a hundred progress reports in a tenth of a second are one update, with the last word', async () => {
  rig = await openRig();
  await rig.startOrder(5);
  const worker = await BenchWorker.start(rig.queue, ['1-1']);
  const seating = await worker.plug('1-1');
  const attemptId = worker.jobs[0]?.assignment.attemptId ?? '';
  await worker.set('1-1', { is: 'running', seating, attemptId });
  rig.time.advance(200);
  const screen = await follow();
  await screen.next('snapshot');
  for (let percent = 1; percent <= 90; percent++) {
    const report: ProgressReport = {
      station: 'bench',
      slot: '1-1',
      attemptId,
      phase: 'write',
      fraction: percent / 100,
    };
    await rig.queue.broadcast(CHANNELS.progress, report);
  }
  await settle();
  rig.time.advance(100);
  expect((await screen.next('slot')).slot.state).toMatchObject({ is: 'running', phase: 'write', progress: 0.9 });
  await worker.set('1-1', { is: 'empty' });
  rig.time.advance(100);
  expect((await screen.next('slot')).slot.state).toEqual({ is: 'empty' });
});

test('what did not change is not told again, and a heartbeat shows that the line is alive', async () => {
  rig = await openRig();
  const worker = await BenchWorker.start(rig.queue, ['1-1']);
  await worker.report();
  const screen = await follow();
  const told: LiveEvent['on'][] = [];
  await screen.next('snapshot');
  for (let second = 0; second < 10; second++) {
    rig.time.advance(1000);
    await worker.report();
  }
  for (let line = await screen.line(); line !== ': heartbeat' && line !== null; line = await screen.line())
    told.push((JSON.parse(line.slice(6)) as LiveEvent).on);
  // Once after a snapshot everything is told to all, because theirs may be older.
  expect(told).toEqual(['station', 'slot', 'order', 'health']);
});

test('a station that falls silent is told at once', async () => {
  rig = await openRig();
  const worker = await BenchWorker.start(rig.queue, ['1-1']);
  await worker.report();
  const screen = await follow();
  await screen.next('snapshot');
  rig.time.advance(5100);
  let slot = await screen.next('slot');
  while (slot.slot.state.is !== 'offline') slot = await screen.next('slot');
  expect((await screen.next('health')).health.troubles).toEqual(['Station bench does not answer.']);
});

test('a change back to what was told before a screen came is told to it, too', async () => {
  rig = await openRig();
  const worker = await BenchWorker.start(rig.queue, ['1-1']);
  await worker.report();
  const first = await follow();
  await first.next('snapshot');
  rig.time.advance(100);
  await worker.plug('1-1');
  const second = await follow();
  expect((await second.next('snapshot')).slots[0]?.state).toMatchObject({ is: 'waiting' });
  await worker.set('1-1', { is: 'empty' });
  rig.time.advance(100);
  expect((await second.next('slot')).slot.state).toEqual({ is: 'empty' });
});

test('a client that never reads is dropped instead of filling the memory', async () => {
  rig = await openRig();
  const time = new ManualTime();
  const nothing = { stations: () => [], slots: () => [], slot: () => null, order: () => null, attempts: () => [] };
  const feed = new LiveFeed(time, () => ({ ...nothing, health: () => ({}) as Health }));
  const server = express().get('/', new EventStreams(feed, time).serve).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const deaf = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
  deaf.on('error', () => {});
  deaf.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await expect.poll(() => feed.listeners).toBe(1);
  let megabytes = 0;
  while (feed.listeners > 0 && megabytes < 500) {
    feed.recorded({ label: 'x'.repeat(1024 * 1024) } as Attempt);
    megabytes += 1;
    await settle();
  }
  // What the kernel buffers for a connection is some megabytes at most.
  expect(megabytes).toBeLessThan(50);
  expect(time.pending).toBe(1);
  deaf.destroy();
  server.close();
});

test('no more screens follow than the station can serve', async () => {
  rig = await openRig();
  for (let screen = 0; screen < STREAMS_MAX; screen++) await follow();
  const response = await rig.ask('/events');
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '10']);
  readers.pop()?.close();
  await expect.poll(async () => (await follow()).response.status).toBe(200);
});

test('streams end when the station stops', async () => {
  rig = await openRig();
  const screen = await follow();
  await screen.next('snapshot');
  await rig.coordinator.close();
  expect(await screen.line()).toBeNull();
  expect(rig.time.pending).toBe(0);
});
