import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { hostsOn } from './host.ts';
import type { HostRole } from './host-messages.ts';

vi.mock('node:child_process', () => ({ spawn: vi.fn() }));

/** A process that was started and does nothing by itself. */
class FakeChild extends EventEmitter {
  readonly pid: number | undefined;
  connected = true;
  exitCode: number | null = null;
  signalCode: NodeJS.Signals | null = null;
  readonly send = vi.fn();
  readonly unref = vi.fn();
  readonly disconnect = vi.fn();
  readonly kill = vi.fn((signal: NodeJS.Signals) => {
    this.signalCode = signal;
    // The system tells of it later.
    setImmediate(() => this.end(null, signal));
    return true;
  });

  constructor(pid?: number) {
    super();
    this.pid = pid;
  }

  end(code: number | null, signal: NodeJS.Signals | null = null): void {
    this.connected = false;
    this.exitCode = code;
    this.emit('exit', code, signal);
  }
}

let children: FakeChild[];
let options: SpawnOptions[];
beforeEach(() => {
  vi.useFakeTimers();
  children = [];
  options = [];
  vi.mocked(spawn).mockImplementation((_command, _args, how) => {
    const child = new FakeChild(children.length + 1);
    children.push(child);
    options.push(how);
    return child as unknown as ChildProcess;
  });
});
afterEach(() => vi.useRealTimers());

function open() {
  const onEnd = vi.fn();
  const onMessage = vi.fn();
  return { host: hostsOn({ kind: 'usb' }, [])('ports')({ onMessage, onEnd }), onEnd, onMessage };
}

const newest = () => children.at(-1) ?? expect.fail('nothing was started');

/** How long until the next process is started, in milliseconds. */
async function pauseMs(): Promise<number> {
  const before = children.length;
  const beganMs = performance.now();
  while (children.length === before && performance.now() < beganMs + 60_000) await vi.advanceTimersByTimeAsync(10);
  return performance.now() - beganMs;
}

describe('a host process', () => {
  test('has threads enough that boards which hang do not hold up those that do not', () => {
    open();
    expect(options[0]?.env).toMatchObject({ PATH: process.env.PATH, UV_THREADPOOL_SIZE: '32' });
  });

  test('returns the memory that it no longer needs', () => {
    open();
    expect(vi.mocked(spawn).mock.lastCall?.[1]).toContain('--max-semi-space-size=8');
  });

  test('that is recycled is started again at once, however often, and is not called hung', async () => {
    const { host, onEnd } = open();
    for (let time = 0; time < 10; time++) {
      expect(host.recycle()).toBe(true);
      expect(await pauseMs()).toBeLessThanOrEqual(10);
      expect(onEnd).toHaveBeenLastCalledWith('recycled', 'SIGKILL', false);
    }
    expect(onEnd).toHaveBeenCalledTimes(10);
  });

  test('that crashes again and again is started less and less often, until it has lived for a while', async () => {
    open();
    const pausesMs: number[] = [];
    for (let time = 0; time < 8; time++) {
      newest().end(1);
      pausesMs.push(await pauseMs());
    }
    expect(pausesMs).toEqual([200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
    for (let second = 0; second < 31; second++) {
      newest().emit('message', { on: 'alive' });
      await vi.advanceTimersByTimeAsync(1000);
    }
    newest().end(1);
    expect(await pauseMs()).toBe(200);
  });

  test('that says nothing for too long is ended as hung, and a recycle does not make up for that', async () => {
    const { host, onEnd } = open();
    newest().emit('message', { on: 'alive' });
    await vi.advanceTimersByTimeAsync(5_400);
    expect(onEnd).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(150);
    expect(onEnd).toHaveBeenLastCalledWith('hung', 'SIGKILL', true);
    await pauseMs();
    host.recycle();
    await pauseMs();
    newest().end(1);
    expect(await pauseMs()).toBe(400);
  });

  test('is not judged by what the one before it said', async () => {
    const { host, onEnd, onMessage } = open();
    host.recycle();
    await pauseMs();
    children[0]?.emit('message', { on: 'alive' });
    children[0]?.emit('message', { on: 'devices' });
    await vi.advanceTimersByTimeAsync(29_000);
    expect(onEnd).toHaveBeenCalledTimes(1);
    expect(onMessage).not.toHaveBeenCalled();
  });

  test('that is stopped is not started again, and nobody waits for it', async () => {
    const { host, onEnd } = open();
    newest().end(1);
    const started = host.started();
    await host.stop();
    await started;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(children).toHaveLength(1);
    expect(onEnd).toHaveBeenCalledTimes(1);
    expect(host.tell({ on: 'cancel', id: 'x' })).toBe(false);
  });
});

describe('a host process that the kernel does not let end', () => {
  const undying = () => {
    newest().kill.mockImplementation(() => true);
    newest().emit('message', { on: 'alive' });
  };

  test('is let go, and another is started', async () => {
    const { host, onEnd, onMessage } = open();
    undying();
    host.recycle();
    await vi.advanceTimersByTimeAsync(4_999);
    host.recycle();
    expect(onEnd).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(onEnd).toHaveBeenCalledExactlyOnceWith('recycled', 'SIGKILL, and does not end', true);
    const [first] = children;
    expect([first?.unref.mock.calls, first?.disconnect.mock.calls]).toEqual([[[]], [[]]]);
    await pauseMs();
    expect(children).toHaveLength(2);
    first?.emit('message', { on: 'devices' });
    first?.end(null, 'SIGKILL');
    newest().emit('message', { on: 'alive' });
    await vi.advanceTimersByTimeAsync(5_000);
    expect([children.length, onEnd.mock.calls.length, onMessage.mock.calls.length]).toEqual([2, 1, 0]);
  });

  test('is called hung by its watchdog all the same', async () => {
    const { onEnd } = open();
    undying();
    await vi.advanceTimersByTimeAsync(5_500 + 5_000);
    expect(onEnd).toHaveBeenCalledExactlyOnceWith('hung', 'SIGKILL, and does not end', true);
  });

  test('does not hold up who stops it', async () => {
    const { host, onEnd } = open();
    undying();
    host.recycle();
    await vi.advanceTimersByTimeAsync(3_000);
    const stopped = host.stop();
    await vi.advanceTimersByTimeAsync(5_000);
    await stopped;
    expect([newest().unref.mock.calls.length, onEnd.mock.calls.length, vi.getTimerCount()]).toEqual([1, 0, 0]);
  });
});

describe('hosts of one bus', () => {
  const START_MS_MAX = 30_000;

  /** So many hosts, of which one starts at a time. */
  function openMany(...roles: HostRole[]) {
    const hostsOf = hostsOn({ kind: 'usb' }, [], 1);
    const onEnd = vi.fn();
    return { hosts: roles.map((role) => hostsOf(role)({ onMessage: () => {}, onEnd })), onEnd };
  }

  const comesUp = (n: number) => children[n]?.emit('message', { on: 'alive' });
  const startedAs = () => vi.mocked(spawn).mock.calls.map(([, args]) => args[2]);

  test('start one after the other, the one that watches the bus first', () => {
    openMany('discovery', 'ports', 'ports');
    expect(startedAs()).toEqual(['discovery']);
    comesUp(0);
    expect(startedAs()).toEqual(['discovery', 'ports']);
    comesUp(1);
    expect(children).toHaveLength(3);
  });

  test('are not called hung for the time that they wait for their turn', async () => {
    const { onEnd } = openMany('ports', 'ports', 'ports');
    for (const n of [0, 1]) {
      await vi.advanceTimersByTimeAsync(START_MS_MAX - 1);
      comesUp(n);
    }
    // The first two have said nothing since, and are ended; the third has just begun.
    await vi.advanceTimersByTimeAsync(START_MS_MAX - 1);
    expect(onEnd).toHaveBeenCalledWith('hung', 'SIGKILL', true);
    expect(children[2]?.kill).not.toHaveBeenCalled();
  });

  test('take no order before their turn, and are told it then', async () => {
    const { hosts } = openMany('ports', 'ports');
    const [, second] = hosts;
    let isStarted = false;
    void second?.started().then(() => {
      isStarted = true;
    });
    await vi.advanceTimersByTimeAsync(1);
    expect([isStarted, second?.tell({ on: 'cancel', id: 'x' }), second?.recycle()]).toEqual([false, false, false]);
    comesUp(0);
    await vi.advanceTimersByTimeAsync(0);
    expect([isStarted, second?.tell({ on: 'cancel', id: 'x' })]).toEqual([true, true]);
  });

  test('go on when one does not come up: it is ended, and waits for its turn again', async () => {
    const { onEnd } = openMany('ports', 'ports');
    await vi.advanceTimersByTimeAsync(START_MS_MAX + 501);
    expect(onEnd).toHaveBeenCalledExactlyOnceWith('hung', 'SIGKILL', false);
    expect(children).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(children).toHaveLength(2);
    comesUp(1);
    expect(children).toHaveLength(3);
  });

  /** Node.js gives a process that could not be started no number and no channel, and tells of it later. */
  function notStarted(): ChildProcess {
    const child = new EventEmitter();
    setImmediate(() => child.emit('error', new Error('spawn EMFILE')));
    return Object.assign(child, { exitCode: null, signalCode: null, kill: () => false }) as ChildProcess;
  }

  test('go on when one cannot be started for want of files, and whoever waits for it waits for the next', async () => {
    vi.mocked(spawn).mockImplementationOnce(notStarted);
    const { hosts, onEnd } = openMany('ports', 'ports');
    const isTold = hosts[0]?.started().then(() => hosts[0]?.tell({ on: 'cancel', id: 'x' }));
    expect(children).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(onEnd).toHaveBeenCalledExactlyOnceWith('crashed', 'spawn EMFILE', false);
    expect(children).toHaveLength(1);
    comesUp(0);
    await vi.advanceTimersByTimeAsync(200);
    expect(children).toHaveLength(2);
    comesUp(1);
    expect(await isTold).toBe(true);
  });

  test('go on when the system refuses one at once, time and again', async () => {
    const refuse = () => {
      throw new Error('spawn ENOMEM');
    };
    vi.mocked(spawn).mockImplementationOnce(refuse);
    const { hosts, onEnd } = openMany('ports', 'ports');
    expect([onEnd.mock.calls.length, hosts[0]?.recycle(), hosts[0]?.tell({ on: 'cancel', id: 'x' })]).toEqual([
      0,
      false,
      false,
    ]);
    await vi.advanceTimersByTimeAsync(1);
    expect(onEnd).toHaveBeenCalledExactlyOnceWith('crashed', 'spawn ENOMEM', false);
    expect(children).toHaveLength(1);
    comesUp(0);
    vi.mocked(spawn).mockImplementationOnce(refuse);
    await vi.advanceTimersByTimeAsync(201);
    expect(onEnd).toHaveBeenCalledTimes(2);
    expect(children).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(400);
    expect(children).toHaveLength(2);
  });

  test.each([
    ['that cannot be started', notStarted],
    [
      'that the system refuses at once',
      () => {
        throw new Error('spawn ENOMEM');
      },
    ],
  ])('are stopped at once, also one %s', async (_, start) => {
    vi.mocked(spawn).mockImplementationOnce(start);
    const { hosts } = openMany('ports', 'ports');
    const stopped = Promise.all(hosts.toReversed().map((host) => host.stop()));
    await vi.advanceTimersByTimeAsync(60_000);
    await stopped;
    expect(children).toHaveLength(0);
  });

  test('are not started any more when all are stopped', async () => {
    const { hosts } = openMany('ports', 'ports', 'ports');
    const stopped = Promise.all(hosts.map((host) => host.stop()));
    await vi.advanceTimersByTimeAsync(60_000);
    await stopped;
    expect(children).toHaveLength(1);
  });
});
