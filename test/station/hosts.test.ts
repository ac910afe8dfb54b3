import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { childrenOf } from '../support/children.ts';
import type { Client } from '../support/client.ts';
import { Line, startOrder } from '../support/line.ts';
import type { Running } from '../support/processes.ts';

const SPEED = 0.3;

/** Needs /proc to find the processes of a station; where there is none this says so and is skipped. */
describe.skipIf(process.platform !== 'linux')('a station whose host processes get into trouble', () => {
  let line: Line;
  let station: { running: Running; client: Client };

  beforeEach(async () => {
    line = await Line.open(2, SPEED);
    const file = join(line.folder, 'station.yaml');
    await writeFile(file, 'station: line-1\nslotsPerHost: 1\n');
    station = await line.station('--config', file);
    await startOrder(station.client, 10);
  });
  afterEach(() => line.close());

  const pid = () => station.running.child.pid;

  async function bothRunning(): Promise<void> {
    await using stream = await station.client.follow();
    for (const path of line.paths) await line.plug(path);
    for (const path of line.paths) await stream.slotUntil(path, ({ state }) => state.is === 'running');
  }

  async function done(path: string, seatingId?: string) {
    const { state } = await station.client.slotUntil(
      path,
      (slot) => slot.state.is === 'done' && slot.state.seatingId !== seatingId,
    );
    if (state.is !== 'done') throw new Error('unreachable');
    return state;
  }

  test('loses only the boards of a host that is killed, and flashes the next board there', async () => {
    await bothRunning();
    const [victim = 0] = childrenOf(pid(), 'ports');
    process.kill(victim, 'SIGKILL');
    const states = await Promise.all(line.paths.map((path) => done(path)));
    expect(states.map(({ outcome, fault }) => `${outcome} ${fault}`).sort()).toEqual([
      'error HOST_CRASHED',
      'pass null',
    ]);

    const hurt = line.paths[states.findIndex(({ outcome }) => outcome === 'error')] ?? '';
    await line.bench.unplug(hurt);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await line.plug(hurt);
    expect(await done(hurt, states.find(({ outcome }) => outcome === 'error')?.seatingId)).toMatchObject({
      outcome: 'pass',
    });
  });

  test('ends a host that is frozen, and only its board', async () => {
    await bothRunning();
    const [victim = 0] = childrenOf(pid(), 'ports');
    process.kill(victim, 'SIGSTOP');
    const states = await Promise.all(line.paths.map((path) => done(path)));
    expect(states.map(({ outcome, fault }) => `${outcome} ${fault}`).sort()).toEqual(['error HOST_HUNG', 'pass null']);
    expect(childrenOf(pid(), 'ports')).not.toContain(victim);
  });

  test('never shows the verdict of one board on another that was swapped in while nobody looked', async () => {
    const [path = ''] = line.paths;
    await line.plug(path);
    const first = await done(path);
    expect(first).toMatchObject({ outcome: 'pass' });
    const [watcher = 0] = childrenOf(pid(), 'discovery');
    process.kill(watcher, 'SIGSTOP');
    await line.bench.unplug(path);
    // The same serial, so that nothing but the time tells the two apart.
    await line.plug(path, { contents: 'blank' });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    process.kill(watcher, 'SIGCONT');
    const second = await done(path, first.seatingId);
    expect(second).toMatchObject({ outcome: 'pass' });
    expect((await line.bench.report(path)).transfers).toBeGreaterThan(100);
  });

  test('sees its slots again after the process that watches the bus is killed', async () => {
    const [watcher = 0] = childrenOf(pid(), 'discovery');
    process.kill(watcher, 'SIGKILL');
    await station.client.until((event) => 'health' in event && event.health.status === 'degraded');
    await station.client.until((event) => 'health' in event && event.health.status === 'ok');
    const [path = ''] = line.paths;
    await line.plug(path);
    expect(await done(path)).toMatchObject({ outcome: 'pass' });
  });
});
