import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BenchProcess,
  benchSlots,
  connectBench,
  type RemoteBench,
  startBenchProcess,
} from '@flashline/virtual-boards';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Client } from '../support/client.ts';
import { startOrder } from '../support/line.ts';
import { flashline, Running } from '../support/processes.ts';
import { type RedisServer, redisAvailable, startRedis } from '../support/redis.ts';

const SLOTS = 2;
const SPEED = 0.1;

/** One host with boards: its bench outlives its worker. */
interface WorkerHost {
  readonly station: string;
  readonly bench: RemoteBench;
  readonly process: BenchProcess;
}

describe.skipIf(!redisAvailable())('a coordinator and two workers over Redis', () => {
  let folder: string;
  let redis: RedisServer;
  let hosts: WorkerHost[];
  const running = new Set<Running>();

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flashline-many-'));
    redis = await startRedis();
    hosts = await Promise.all(['line-1', 'line-2'].map(newHost));
  });

  afterEach(async () => {
    for (const each of running) if (each.child.exitCode === null && each.child.signalCode === null) await each.kill();
    running.clear();
    for (const { bench, process } of hosts) {
      await bench.close();
      await process.stop();
    }
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function newHost(station: string): Promise<WorkerHost> {
    const process = await startBenchProcess({ speed: SPEED });
    return { station, process, bench: await connectBench(process.address) };
  }

  function start(args: readonly string[]): Running {
    const started = new Running(args);
    running.add(started);
    return started;
  }

  async function coordinator(port = '0'): Promise<{ client: Client; process: Running }> {
    const where = ['--data', join(folder, 'coordinator'), '--redis', redis.url, '--port', port];
    const process = start(['coordinator', '--simulated', ...where]);
    return { client: new Client(await process.says(/is running: (\S+)/)), process };
  }

  async function worker({ station, process: bench }: WorkerHost, client: Client): Promise<Running> {
    const where = ['--data', join(folder, station), '--redis', redis.url, '--coordinator', client.url];
    const boards = ['--virtual', String(SLOTS), '--virtual-bench', bench.address, '--virtual-speed', String(SPEED)];
    const started = start(['worker', '--station', station, ...where, ...boards]);
    await started.says(/is running/);
    return started;
  }

  async function plugAll(): Promise<void> {
    for (const { bench } of hosts)
      for (const { path } of benchSlots(SLOTS)) await bench.plug(path, { contents: 'used', seed: 3 });
  }

  /** Resolves when every slot of every host shows how its board ended. */
  async function allDone(client: Client): Promise<void> {
    const states = new Map<string, string>();
    await client.until((event) => {
      const slots = event.on === 'snapshot' ? event.slots : event.on === 'slot' ? [event.slot] : [];
      for (const { station, slot, state } of slots) states.set(`${station} ${slot}`, state.is);
      return states.size === hosts.length * SLOTS && [...states.values()].every((is) => is === 'done');
    });
  }

  test('flash the boards of both hosts, with the image fetched over HTTP, into one ledger', async () => {
    const { client, process } = await coordinator();
    for (const host of hosts) await worker(host, client);
    await startOrder(client, 10);
    await plugAll();
    await allDone(client);
    const attempts = await client.attempts();
    expect(attempts.map(({ station, slot, result }) => `${station} ${slot} ${result?.outcome}`).sort()).toEqual(
      hosts.flatMap(({ station }) => benchSlots(SLOTS).map(({ path }) => `${station} ${path} pass`)),
    );
    expect(await process.stop()).toBe(0);
  });

  test('lose and double nothing when Redis is killed and wiped, a worker is killed and the coordinator is killed', async () => {
    const first = await coordinator();
    const [one] = await Promise.all(hosts.map((host) => worker(host, first.client)));
    await startOrder(first.client, 10);
    await using stream = await first.client.follow();
    await plugAll();
    await stream.until((event) => event.on === 'slot' && event.slot.state.is === 'running');
    await redis.kill();
    await one?.kill();
    await first.process.kill();
    await redis.restart();

    const { client } = await coordinator(new URL(first.client.url).port);
    await worker(hosts[0] as WorkerHost, client);
    await allDone(client);
    const attempts = await client.attempts();
    expect(new Set(attempts.map(({ attemptId }) => attemptId)).size).toBe(attempts.length);
    expect(attempts.every(({ result }) => result !== null)).toBe(true);
    for (const { bench } of hosts)
      for (const { path } of benchSlots(SLOTS)) {
        const { wear } = await bench.report(path);
        expect(Math.max(0, ...wear.filter(({ did }) => did === 'erase').map(({ count }) => count))).toBeLessThanOrEqual(
          1,
        );
      }
    const verified = await flashline(['ledger', 'verify', '--json', '--data', join(folder, 'coordinator')]);
    expect(JSON.parse(verified.stdout)).toMatchObject({ isSound: true, open: 0 });
  });
});
