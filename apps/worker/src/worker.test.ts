import { setImmediate as turn } from 'node:timers/promises';
import { CHANNELS, Fault } from '@flashline/contracts';
import { openMemoryQueue, type Queue } from '@flashline/queue';
import pino from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { HostRole } from './hosts/host-messages.ts';
import { fakeHosts } from './hosts/testing/fake-host.ts';
import type { KeepNames } from './slots/slot-naming.ts';
import { AttemptsScene } from './testing/attempts-scene.ts';
import { startWorker } from './worker.ts';

const SLOTS = ['1-1.1', '1-1.2', '1-1.3'].map((path) => ({ path, label: path }));

/** Starts a worker of three slots on this queue, with hosts that have no processes. */
function start(queue: Queue, keepNames: KeepNames | null = null) {
  const scene = new AttemptsScene();
  onTestFinished(() => scene.close());
  const { hosts, startHost } = fakeHosts();
  const roles: HostRole[] = [];
  const started = startWorker({
    station: { station: 'line-1', slots: SLOTS, slotsPerHost: 2 },
    bus: { kind: 'usb' },
    parts: [],
    journal: scene.journal,
    queue,
    images: async () => '/image',
    safe: { keep: async () => {}, left: async () => null, drop: async () => {} },
    keepNames,
    toolVersion: '0.0.0',
    log: pino({ enabled: false }),
    hosts: (role) => (events) => {
      roles.push(role);
      return startHost(events);
    },
  });
  return { started, hosts, roles };
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

test('a worker that stops waits for names that are being kept, and serves no slot of them any more', async () => {
  const queue = openMemoryQueue();
  const kept = Promise.withResolvers<void>();
  const keepNames = vi.fn(() => kept.promise);
  const worker = await start(queue, keepNames).started;
  const slots = [{ path: '1-2', label: 'A2' }];
  await queue.broadcast(CHANNELS.commands('line-1'), { on: 'name', requestId: crypto.randomUUID(), slots });
  await vi.waitFor(() => expect(keepNames).toHaveBeenCalledTimes(1));
  const consume = vi.spyOn(queue, 'consume');
  const onStopped = vi.fn();
  const stopped = worker.stop(new AbortController().signal).then(onStopped);
  for (let n = 0; n < 20; n++) await turn();
  expect(onStopped).not.toHaveBeenCalled();
  kept.resolve();
  await stopped;
  await queue.close();
  // What it opened it has ended: a queue that is closed while it is served would reject.
  for (const { value } of consume.mock.results) await expect(value).resolves.toBeTypeOf('function');
  expect(consume).toHaveBeenCalledTimes(1);
});

test('a worker whose grace is over does not wait for names, and serves no slot of those that come later', async () => {
  const queue = openMemoryQueue();
  onTestFinished(() => queue.close());
  const kept = Promise.withResolvers<void>();
  const keepNames = vi.fn(() => kept.promise);
  const worker = await start(queue, keepNames).started;
  const slots = [{ path: '1-2', label: 'A2' }];
  await queue.broadcast(CHANNELS.commands('line-1'), { on: 'name', requestId: crypto.randomUUID(), slots });
  await vi.waitFor(() => expect(keepNames).toHaveBeenCalledTimes(1));
  const consume = vi.spyOn(queue, 'consume');
  const grace = new AbortController();
  const stopped = worker.stop(grace.signal);
  grace.abort();
  await stopped;
  kept.resolve();
  for (let n = 0; n < 20; n++) await turn();
  expect(consume).not.toHaveBeenCalled();
});

test('a worker whose queue will not end serving has ended everything else, and says so', async () => {
  const queue = openMemoryQueue();
  onTestFinished(() => queue.close());
  const refusing = async () => {
    throw new Fault('QUEUE_UNREACHABLE');
  };
  vi.spyOn(queue, 'consume').mockImplementation(async () => refusing);
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const { started, hosts } = start(queue);
  const worker = await started;
  await expect(worker.stop(AbortSignal.abort())).rejects.toMatchObject({ code: 'QUEUE_UNREACHABLE' });
  expect(hosts.map(({ isStopped }) => isStopped)).toEqual([true, true, true]);
  expect(vi.getTimerCount()).toBe(0);
});

test('a worker that is stopped without grace starts no host while its lookout ends', async () => {
  const queue = openMemoryQueue();
  onTestFinished(() => queue.close());
  const { started, hosts, roles } = start(queue);
  const worker = await started;
  const lookout = hosts[roles.indexOf('discovery')];
  const others = hosts.filter((host) => host !== lookout);
  expect(others).toHaveLength(2);
  const ended = Promise.withResolvers<void>();
  vi.spyOn(lookout ?? expect.fail(), 'stop').mockReturnValueOnce(ended.promise);
  const stopped = worker.stop(AbortSignal.abort());
  await vi.waitFor(() => expect(others.every(({ isStopped }) => isStopped)).toBe(true));
  ended.resolve();
  await stopped;
});
