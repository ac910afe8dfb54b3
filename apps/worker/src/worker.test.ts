import { Fault } from '@flashline/contracts';
import { openMemoryQueue, type Queue } from '@flashline/queue';
import pino from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { fakeHosts } from './hosts/testing/fake-host.ts';
import { AttemptsScene } from './testing/attempts-scene.ts';
import { startWorker } from './worker.ts';

const SLOTS = ['1-1.1', '1-1.2', '1-1.3'].map((path) => ({ path, label: path }));

/** Starts a worker of three slots on this queue, with hosts that have no processes. */
function start(queue: Queue) {
  const scene = new AttemptsScene();
  onTestFinished(() => scene.close());
  const { hosts, startHost } = fakeHosts();
  const started = startWorker({
    station: { station: 'line-1', slots: SLOTS, slotsPerHost: 2 },
    bus: { kind: 'usb' },
    parts: [],
    journal: scene.journal,
    queue,
    images: async () => '/image',
    safe: { keep: async () => {}, left: async () => null, drop: async () => {} },
    keepNames: null,
    toolVersion: '0.0.0',
    log: pino({ enabled: false }),
    hosts: () => startHost,
  });
  return { started, hosts };
}

test.each(['listen', 'consume'] as const)(
  'a worker whose queue refuses to %s has ended everything that it started',
  async (refused) => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const queue = openMemoryQueue();
    onTestFinished(() => queue.close());
    const refuse = vi.spyOn(queue, refused).mockRejectedValueOnce(new Fault('QUEUE_UNREACHABLE'));
    const { started, hosts } = start(queue);
    await expect(started).rejects.toMatchObject({ code: 'QUEUE_UNREACHABLE' });
    expect(hosts.map(({ isStopped }) => isStopped)).toEqual([true, true, true]);
    expect(vi.getTimerCount()).toBe(0);
    refuse.mockRestore();
    // A slot whose queue was still served would refuse a second worker.
    const again = start(queue);
    await (await again.started).stop(AbortSignal.abort());
    expect(again.hosts.map(({ isStopped }) => isStopped)).toEqual([true, true, true]);
  },
);
