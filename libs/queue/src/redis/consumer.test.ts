import { afterEach, expect, test, vi } from 'vitest';
import { Consumer } from './consumer.ts';
import type { JobSource, RunJob } from './worker.ts';

/** A source whose jobs the test hands out, and which may be as deaf as it likes. */
class FakeSource implements JobSource {
  readonly run: RunJob;
  dropped = false;
  deaf = false;

  constructor(run: RunJob) {
    this.run = run;
  }

  drain = () => (this.deaf ? new Promise<void>(() => undefined) : Promise.resolve());
  drop = async () => {
    this.dropped = true;
  };
}

function setUp(handler: (data: unknown, signal: AbortSignal) => Promise<void> = async () => undefined) {
  const sources: FakeSource[] = [];
  const source = (n: number) => {
    const found = sources[n];
    if (found === undefined) throw new Error(`no source ${n}`);
    return found;
  };
  const consumer = new Consumer((run) => {
    const made = new FakeSource(run);
    sources.push(made);
    return made;
  }, handler);
  let nowMs = 0;
  /** As many heartbeats, 5 s apart. */
  const beats = async (count: number, waiting: number) => {
    for (let n = 0; n < count; n++) {
      await consumer.beat(nowMs, async () => waiting);
      nowMs += 5000;
    }
  };
  return { consumer, sources, source, beats };
}

afterEach(() => void vi.useRealTimers());

test('a worker that lets jobs wait for 15 s is replaced, and the new one is heard', async () => {
  const handled: unknown[] = [];
  const { sources, source, beats } = setUp(async (data) => void handled.push(data));
  await beats(3, 1);
  expect(sources).toHaveLength(1);
  await beats(1, 1);
  expect(sources).toHaveLength(2);
  expect(source(0).dropped).toBe(true);
  expect(await source(1).run('job')).toBe('done');
  expect(handled).toEqual(['job']);
});

test('a replaced worker that comes to life gives its job back', async () => {
  const handled: unknown[] = [];
  const { source, beats } = setUp(async (data) => void handled.push(data));
  await beats(4, 1);
  expect(await source(0).run('job')).toBe('refused');
  expect(handled).toEqual([]);
});

test('a worker is left alone while nothing waits', async () => {
  const { sources, beats } = setUp();
  for (let n = 0; n < 5; n++) {
    await beats(3, 1);
    await beats(1, 0);
  }
  expect(sources).toHaveLength(1);
});

test('a worker is left alone while it starts jobs', async () => {
  const { sources, source, beats } = setUp();
  for (let n = 0; n < 9; n++) {
    await source(0).run(n);
    await beats(1, 1);
  }
  expect(sources).toHaveLength(1);
});

test('a worker is left alone while a job runs, however long', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { sources, source, beats } = setUp(() => promise);
  const running = source(0).run('long');
  await beats(9, 1);
  expect(sources).toHaveLength(1);
  resolve();
  expect(await running).toBe('done');
});

test('stopping aborts the job, waits for it, gives Redis two seconds to know, and takes no job any more', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { promise, resolve } = Promise.withResolvers<void>();
  let aborted = false;
  const { consumer, source } = setUp(async (_, signal) => {
    signal.addEventListener('abort', () => {
      aborted = true;
    });
    await promise;
  });
  source(0).deaf = true;
  const running = source(0).run('job');
  const stopped = consumer.stop();
  expect(aborted).toBe(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(source(0).dropped).toBe(false);
  resolve();
  expect(await running).toBe('done');
  await vi.advanceTimersByTimeAsync(2000);
  await stopped;
  expect(source(0).dropped).toBe(true);
  expect(await source(0).run('late')).toBe('refused');
});

test('a stopped consumer opens no new worker', async () => {
  const { consumer, sources, beats } = setUp();
  await consumer.stop();
  await beats(9, 1);
  expect(sources).toHaveLength(1);
});
