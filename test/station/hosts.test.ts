import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { childrenOf, endProcess } from '../support/children.ts';
import type { Client } from '../support/client.ts';
import { handsMove, Line, startOrder } from '../support/line.ts';
import type { Running } from '../support/processes.ts';

const SPEED = 1;

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

  /** The host of the first slot, in the middle of a write that takes far longer than a host is waited for. */
  async function hostInMidWrite(): Promise<number> {
    const [slow = '', other = ''] = line.paths;
    await line.plug(slow, { contents: 'blank', misbehaviours: [{ kind: 'slow', factor: 8 }] });
    await line.plug(other);
    await station.client.slotUntil(slow, ({ state }) => state.is === 'running' && state.phase === 'write');
    // Hosts are started in the order of their slots.
    return childrenOf(pid(), 'ports')[0] ?? expect.fail('no host');
  }

  /** Strikes the host of the first slot, and resolves with how both attempts ended. */
  async function bothAfter(signal: NodeJS.Signals): Promise<{ victim: number; ends: string[] }> {
    const victim = await hostInMidWrite();
    onTestFinished(() => endProcess(victim));
    process.kill(victim, signal);
    const states = await Promise.all(line.paths.map((path) => done(path)));
    return { victim, ends: states.map(({ outcome, fault }) => `${outcome} ${fault}`) };
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
    expect((await bothAfter('SIGKILL')).ends).toEqual(['error HOST_CRASHED', 'pass null']);
    const [hurt = ''] = line.paths;
    const { seatingId } = await done(hurt);
    await line.bench.unplug(hurt);
    await handsMove();
    await line.plug(hurt);
    expect(await done(hurt, seatingId)).toMatchObject({ outcome: 'pass' });
  });

  test('ends a host that is frozen, and only its board', async () => {
    const { victim, ends } = await bothAfter('SIGSTOP');
    expect(ends).toEqual(['error HOST_HUNG', 'pass null']);
    expect(childrenOf(pid(), 'ports')).not.toContain(victim);
  });

  test('never shows the verdict of one board on another that was swapped in while nobody looked', async () => {
    const [path = ''] = line.paths;
    await line.plug(path);
    const first = await done(path);
    expect(first).toMatchObject({ outcome: 'pass' });
    const [watcher = 0] = childrenOf(pid(), 'discovery');
    onTestFinished(() => endProcess(watcher));
    process.kill(watcher, 'SIGSTOP');
    await vi.waitFor(() => expect(readFileSync(`/proc/${watcher}/stat`, 'utf8')).toMatch(/\) T /));
    await line.bench.unplug(path);
    // The same serial: nothing tells the two apart but that the one that passed had left its bootloader.
    await line.plug(path, { contents: 'blank' });
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
