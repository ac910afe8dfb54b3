import type { LiveEvent } from '@flashline/contracts';
import { expect, test } from 'vitest';
import type { Clock } from './clock.ts';
import { followStation, type Link, RETRY_MS, SILENCE_MS_MAX } from './station-link.ts';

const SNAPSHOT = 'data: {"on":"snapshot"}\n\n';
const HEARTBEAT = ': beat\n\n';

/** A clock that stands still until it is moved. */
class HandClock implements Clock {
  #nowMs = 1_000_000;
  #timers: { atMs: number; task: () => void }[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, task };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Moves time, runs what is due, and lets everything that waits on it happen. */
  async pass(ms: number): Promise<void> {
    this.#nowMs += ms;
    const due = this.#timers.filter((timer) => timer.atMs <= this.#nowMs);
    this.#timers = this.#timers.filter((timer) => timer.atMs > this.#nowMs);
    for (const { task } of due) task();
    await settled();
  }
}

/** Everything that only waits for promises has happened. */
const settled = (): Promise<void> => new Promise((done) => setImmediate(done));

/** A station whose connections are opened, fed and broken by hand. `deaf` reads ignore their abort, as a hung proxy does. */
function station({ deaf = false } = {}) {
  const connections: TransformStream<string, string>[] = [];
  const clock = new HandClock();
  const links: Link[] = [];
  const events: LiveEvent[] = [];
  let refuse = false;
  const stop = followStation({
    clock,
    open: (signal) => {
      if (refuse) return Promise.reject(new Error('refused'));
      const stream = new TransformStream<string, string>();
      connections.push(stream);
      const readable = stream.readable as unknown as AsyncIterable<string>;
      if (!deaf) signal.addEventListener('abort', () => void stream.writable.abort().catch(() => {}));
      return Promise.resolve(readable);
    },
    onEvent: (event) => events.push(event),
    onLink: (link) => links.push(link),
  });
  const send = async (text: string): Promise<void> => {
    const writer = connections.at(-1)?.writable.getWriter();
    await writer?.write(text);
    writer?.releaseLock();
    await settled();
  };
  const end = async (): Promise<void> => {
    await connections.at(-1)?.writable.close();
    await settled();
  };
  return { connections, clock, links, events, stop, send, end, refuse: (yes: boolean) => (refuse = yes) };
}

test('online is said only after the snapshot, not after the connection', async () => {
  const { links, send, events } = station();
  await send(HEARTBEAT);
  await send('data: {"on":"health"}\n\n');
  expect(links).toEqual([{ is: 'connecting' }]);
  await send(SNAPSHOT);
  expect(links.at(-1)).toEqual({ is: 'online' });
  expect(events.map(({ on }) => on)).toEqual(['health', 'snapshot']);
});

test('a station that was never reached is offline at once', async () => {
  const { links, clock } = station();
  await clock.pass(SILENCE_MS_MAX);
  expect(links.at(-1)).toEqual({ is: 'offline', lastHeardMs: null });
});

test('the end of the stream is offline at once, and a fresh snapshot is online again', async () => {
  const { links, send, end, clock, connections } = station();
  await send(SNAPSHOT);
  await end();
  expect(links.at(-1)).toEqual({ is: 'offline', lastHeardMs: 1_000_000 });
  await clock.pass(RETRY_MS);
  expect(connections).toHaveLength(2);
  expect(links.at(-1)?.is).toBe('offline');
  await send(SNAPSHOT);
  expect(links.at(-1)).toEqual({ is: 'online' });
});

test('heartbeats keep the link alive; 5 s without a byte end it', async () => {
  const { links, send, clock } = station();
  await send(SNAPSHOT);
  for (let beats = 0; beats < 5; beats++) {
    await clock.pass(SILENCE_MS_MAX - 1);
    await send(HEARTBEAT);
  }
  expect(links.at(-1)).toEqual({ is: 'online' });
  await clock.pass(4_999);
  expect(links.at(-1)).toEqual({ is: 'online' });
  await clock.pass(1);
  expect(links.at(-1)?.is).toBe('offline');
});

test('silence is offline even when the broken connection never lets go', async () => {
  const { links, send, clock, events } = station({ deaf: true });
  await send(SNAPSHOT);
  await clock.pass(SILENCE_MS_MAX);
  expect(links.at(-1)?.is).toBe('offline');
  await send(SNAPSHOT);
  expect(links.at(-1)?.is).toBe('offline');
  expect(events).toHaveLength(1);
});

test('a garbled event ends the connection instead of being shown', async () => {
  const { links, send, events } = station();
  await send(SNAPSHOT);
  await send('data: {"on":\n\n');
  expect(links.at(-1)?.is).toBe('offline');
  expect(events).toHaveLength(1);
});

test('a refused connection is tried again until it works', async () => {
  const { links, end, refuse, clock, connections, send } = station();
  refuse(true);
  await end();
  for (let tries = 0; tries < 3; tries++) await clock.pass(RETRY_MS);
  expect(connections).toHaveLength(1);
  refuse(false);
  await clock.pass(RETRY_MS);
  await send(SNAPSHOT);
  expect(connections).toHaveLength(2);
  expect(links.at(-1)).toEqual({ is: 'online' });
});

test('a stopped link connects no more and says nothing more', async () => {
  const { links, send, stop, clock, connections } = station();
  await send(SNAPSHOT);
  stop();
  await settled();
  await clock.pass(10 * SILENCE_MS_MAX);
  expect(connections).toHaveLength(1);
  expect(links.at(-1)).toEqual({ is: 'online' });
});
