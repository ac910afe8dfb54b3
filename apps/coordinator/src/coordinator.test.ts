import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Health } from '@flashline/contracts';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { BenchWorker } from './rig/bench-worker.ts';
import { openRig, type Rig } from './rig/rig.ts';

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

async function open(options: Parameters<typeof openRig>[0] = {}): Promise<Rig> {
  const rig = await openRig(options);
  rigs.push(rig);
  return rig;
}

test('a port that is taken and an address that is not ours are refused by name', async () => {
  const { coordinator } = await open();
  const port = Number(new URL(coordinator.url).port);
  await expect(openRig({ port })).rejects.toMatchObject({ code: 'PORT_TAKEN', details: { host: '127.0.0.1', port } });
  await expect(openRig({ host: '192.0.2.1' })).rejects.toMatchObject({ code: 'ADDRESS_UNAVAILABLE' });
});

test('a data folder that cannot hold images is refused before the port is taken', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'flashline-coordinator-'));
  await writeFile(join(folder, 'images'), 'in the way');
  await expect(openRig({ folder })).rejects.toMatchObject({ code: 'DATA_NOT_WRITABLE' });
});

test('when the queue cannot be listened to, the start fails and the port is free again', async () => {
  const free = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => free.once('listening', resolve));
  const { port } = free.address() as { port: number };
  await new Promise((resolve) => free.close(resolve));
  const { queue } = await open();
  await queue.close();
  await expect(openRig({ queue, port })).rejects.toMatchObject({ code: 'QUEUE_UNREACHABLE' });
  await open({ port });
});

test('health answers always, and says that no station has reported', async () => {
  const rig = await open();
  const response = await rig.ask('/health');
  expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
  expect(Health.parse(await response.json())).toEqual({
    status: 'degraded',
    version: '0.0.0-rig',
    startedAt: '2026-01-31T08:00:00.000Z',
    troubles: ['No station has reported yet.'],
    stations: [],
  });
});

test('counters tell attempts by outcome, each once, and simulated ones apart', async () => {
  const rig = await open({ simulated: true });
  await rig.startOrder(5);
  const worker = await BenchWorker.start(rig.queue, ['1-1', '1-2'], { simulated: true });
  await worker.plug('1-1');
  for (const job of worker.jobs) await worker.finish(job, { outcome: 'fail', fault: 'BOARD_GONE' });
  for (const { assignment } of worker.jobs) await worker.send(assignment);
  const response = await rig.ask('/metrics');
  expect(response.headers.get('content-type')).toContain('text/plain');
  const text = await response.text();
  expect(text).toContain(
    'flashline_attempts_total{station="bench",outcome="fail",simulated="true",fault="BOARD_GONE"} 1',
  );
  expect(text).toContain('flashline_slots{station="bench",state="done"} 1');
  expect(text).toContain('flashline_slots{station="bench",state="empty"} 1');
  expect(text).toContain('flashline_attempt_duration_seconds_count{station="bench",outcome="fail",simulated="true"} 1');
});

test('the dashboard is served with its pages, and without it the station says how to build it', async () => {
  const bare = await open();
  const hint = await fetch(bare.coordinator.url);
  expect([hint.status, await hint.text()]).toEqual([200, expect.stringContaining('npm run build')]);
  const folder = await mkdtemp(join(tmpdir(), 'flashline-dashboard-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>flashline</title>');
  await writeFile(join(folder, 'assets', 'index-1a2b.js'), 'export {};');
  const { coordinator } = await open({ dashboard: folder });
  const get = (path: string) => fetch(`${coordinator.url}${path}`);
  for (const page of ['/', '/log', '/attempts/123']) {
    const response = await get(page);
    expect([page, response.status, response.headers.get('cache-control')]).toEqual([page, 200, 'no-cache']);
    expect(await response.text()).toContain('<title>flashline</title>');
  }
  const script = await get('/assets/index-1a2b.js');
  expect(script.headers.get('cache-control')).toContain('immutable');
  for (const missing of ['/assets/gone.js', '/favicon.ico', '/api/nothing'])
    expect(await (await get(missing)).json()).toMatchObject({ status: 404, code: 'NOT_FOUND' });
});

test('after the end nothing of it runs any more, and its port can be taken again', async () => {
  const rig = await open();
  await rig.coordinator.close();
  expect(rig.time.pending).toBe(0);
  await expect(fetch(rig.coordinator.url)).rejects.toThrow();
  await open({ port: Number(new URL(rig.coordinator.url).port) });
});
