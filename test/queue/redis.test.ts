import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { openRedisQueue, type Queue, type RedisQueueOptions } from '@flashline/queue';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type RedisServer, redisAvailable, startRedis } from '../support/redis.ts';
import { describeQueue } from './conformance.ts';
import { Inbox } from './inbox.ts';

/** Runs a script in a Node of its own; resolves when that exits by itself, with what it printed. */
async function runScript(script: string): Promise<{ code: number | null; said: string; ms: number }> {
  const before = performance.now();
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 25_000,
  });
  const said = child.stdout.setEncoding('utf8').toArray();
  const [code] = await once(child, 'exit');
  return { code, said: (await said).join('').trim(), ms: performance.now() - before };
}

describe.skipIf(!redisAvailable())('over Redis', () => {
  describe('the promises of every queue', () => {
    let server: RedisServer;
    beforeAll(async () => {
      server = await startRedis();
    });
    beforeEach(() => server.command('FLUSHALL'));
    afterAll(() => server.stop());
    describeQueue('Redis', (onHandlerError) => openRedisQueue({ url: server.url, onHandlerError }));
  });

  const start = async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    return server;
  };

  /** A queue that looks after itself often, and everything it says about trouble. */
  const open = async (server: RedisServer, options: Partial<RedisQueueOptions> = {}) => {
    const troubles = new Inbox<string | null>();
    const queue = await openRedisQueue({ url: server.url, beatMs: 100, onTrouble: troubles.put, ...options });
    onTestFinished(() => queue.close());
    const well = () => troubles.until((said) => said.at(-1) === null);
    const ill = () => troubles.until((said) => typeof said.at(-1) === 'string');
    return { queue, troubles, well, ill };
  };

  /** A consumer of `slot-a` whose jobs called `hold` wait for the test. */
  const serve = async (queue: Queue) => {
    const [started, ended] = [new Inbox<unknown>(), new Inbox<unknown>()];
    const { promise, resolve: release } = Promise.withResolvers<void>();
    await queue.consume('slot-a', async (data) => {
      started.put(data);
      if (data === 'hold') await promise;
      ended.put(data);
    });
    return { started, ended, release };
  };

  const unreachable = { code: 'QUEUE_UNREACHABLE' };

  test('two queues on one Redis share jobs and broadcasts', async () => {
    const server = await start();
    const [coordinator, worker] = [await open(server), await open(server)];
    const [jobs, told] = [new Inbox<unknown>(), new Inbox<unknown>()];
    await worker.queue.consume('slot-a', async (data) => jobs.put(data));
    await coordinator.queue.listen('bench', told.put);
    await coordinator.queue.add('slot-a', 'job-1', 'a job');
    await worker.queue.broadcast('bench', 'a report');
    expect(await jobs.count(1)).toEqual(['a job']);
    expect(await told.count(1)).toEqual(['a report']);
  });

  test('queues with different prefixes, or in different databases, do not meet', async () => {
    const server = await start();
    const here = await open(server);
    const strangers = [await open(server, { prefix: 'other' }), await open(server, { url: `${server.url}/1` })];
    const got = new Inbox<unknown>();
    await here.queue.consume('slot-a', async (data) => got.put(data));
    await here.queue.listen('bench', got.put);
    for (const { queue } of strangers) {
      await queue.add('slot-a', 'job-1', 'a stranger');
      await queue.broadcast('bench', 'a stranger');
    }
    await here.queue.broadcast('bench', 'ours');
    await here.queue.add('slot-a', 'job-1', 'ours');
    expect(await got.count(2)).toEqual(['ours', 'ours']);
  });

  test('a job runs to its end though Redis is killed, and later jobs are delivered when it is back', async () => {
    const server = await start();
    const { queue, troubles, ill, well } = await open(server);
    const { started, ended, release } = await serve(queue);
    await queue.add('slot-a', 'job-1', 'hold');
    await started.count(1);
    await server.kill();
    await ill();
    expect(queue.trouble()).toContain(`Redis at ${server.url} does not answer`);
    await expect(queue.add('slot-a', 'job-2', 'lost')).rejects.toMatchObject(unreachable);
    release();
    expect(await ended.count(1)).toEqual(['hold']);
    await server.restart();
    await well();
    expect(queue.trouble()).toBeNull();
    expect(troubles.items.length).toBeLessThan(6);
    await queue.add('slot-a', 'job-1', 'same id');
    await queue.add('slot-a', 'job-3', 'new');
    expect(await ended.until((items) => items.includes('new'))).toEqual(['hold', 'same id', 'new']);
  });

  test('a job that outlives the outage of Redis is not run again', async () => {
    const server = await start();
    const { queue, ill, well } = await open(server);
    const { started, release, ended } = await serve(queue);
    await queue.add('slot-a', 'job-1', 'hold');
    await started.count(1);
    await server.kill();
    await ill();
    await server.restart();
    await well();
    await queue.add('slot-a', 'job-2', 'next');
    expect(started.items).toEqual(['hold']);
    release();
    expect(await ended.count(2)).toEqual(['hold', 'next']);
    expect(started.items).toEqual(['hold', 'next']);
  });

  test('an idle consumer and a listener come back by themselves after a restart of Redis', async () => {
    const server = await start();
    const { queue, ill, well } = await open(server);
    const got = new Inbox<unknown>();
    await queue.consume('slot-a', async (data) => got.put(data));
    await queue.listen('bench', got.put);
    for (const round of [1, 2, 3]) {
      const [fallen, risen] = [ill(), server.kill()];
      await Promise.all([fallen, risen]);
      await server.restart();
      await well();
      await queue.add('slot-a', 'job-1', `job ${round}`);
      await got.until((items) => items.includes(`job ${round}`));
      await queue.broadcast('bench', `report ${round}`);
      await got.until((items) => items.includes(`report ${round}`));
    }
  });

  test('a queue may be served and listened to while Redis is away', async () => {
    const server = await start();
    const { queue, ill, well } = await open(server);
    await server.kill();
    await ill();
    const got = new Inbox<unknown>();
    await queue.consume('slot-a', async (data) => got.put(data));
    await queue.listen('bench', got.put);
    await queue.broadcast('bench', 'lost');
    await server.restart();
    await well();
    await queue.add('slot-a', 'job-1', 'job');
    expect(await got.count(1)).toEqual(['job']);
    await queue.broadcast('bench', 'report');
    expect(await got.count(2)).toEqual(['job', 'report']);
  });

  test('FLUSHALL loses the jobs that wait and nothing else', async () => {
    const server = await start();
    const { queue } = await open(server);
    const { started, ended, release } = await serve(queue);
    await queue.add('slot-a', 'job-1', 'hold');
    await queue.add('slot-a', 'job-2', 'lost');
    await started.count(1);
    await server.command('FLUSHALL');
    release();
    await queue.add('slot-a', 'job-3', 'new');
    await queue.add('slot-a', 'job-1', 'same id');
    expect(await ended.count(3)).toEqual(['hold', 'new', 'same id']);
  });

  test('adding to a Redis that hangs fails in bounded time, and works when it goes on', async () => {
    const server = await start();
    const { queue, ill, well } = await open(server);
    const { ended } = await serve(queue);
    await queue.add('slot-a', 'job-1', 'before');
    await ended.count(1);
    server.pause();
    const before = performance.now();
    await expect(queue.add('slot-a', 'job-2', 'during')).rejects.toMatchObject(unreachable);
    await expect(queue.remove('slot-a', 'job-2')).rejects.toMatchObject(unreachable);
    await queue.broadcast('bench', 'lost');
    // Three bounded waits of 1.5 s, with room for a busy machine.
    expect(performance.now() - before).toBeLessThan(9000);
    await ill();
    server.resume();
    await well();
    // It may have been added although nobody could say so; then adding it again changes nothing.
    await queue.add('slot-a', 'job-2', 'during');
    await queue.add('slot-a', 'job-3', 'after');
    await ended.until((items) => items.includes('after') && items.includes('during'));
  });

  test('a consumer whose connections Redis has cut goes on', async () => {
    const server = await start();
    const { queue, ill, well } = await open(server);
    const { ended } = await serve(queue);
    await queue.add('slot-a', 'job-1', 'before');
    await ended.count(1);
    await server.command('CLIENT', 'KILL', 'TYPE', 'normal');
    await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await ill();
    await well();
    await queue.add('slot-a', 'job-2', 'after');
    expect(await ended.count(2)).toEqual(['before', 'after']);
  });

  test('tells when Redis may throw jobs away, and what to set', async () => {
    const server = await start();
    await server.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    const { queue, well } = await open(server);
    expect(queue.trouble()).toContain('maxmemory-policy noeviction');
    await server.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    await well();
    expect(queue.trouble()).toBeNull();
  });

  test('a Redis that is full refuses the job with its reason', async () => {
    const server = await start();
    const { queue } = await open(server);
    await server.command('CONFIG', 'SET', 'maxmemory', '1');
    await expect(queue.add('slot-a', 'job-1', null)).rejects.toMatchObject({
      ...unreachable,
      details: { reason: expect.stringContaining('OOM') },
    });
  });

  describe('opening', () => {
    const closedPort = 'redis://:s3cr%40t@127.0.0.1:9/0';

    test('an address where nobody listens fails at once and shows no password', async () => {
      const before = performance.now();
      const fault: unknown = await openRedisQueue({ url: closedPort }).catch((error) => error);
      expect(performance.now() - before).toBeLessThan(4000);
      expect(fault).toMatchObject({
        ...unreachable,
        details: { url: 'redis://127.0.0.1:9/0', reason: expect.stringContaining('ECONNREFUSED') },
      });
      expect(inspect(fault, { depth: null, showHidden: true })).not.toMatch(/s3cr/);
    });

    test('a server that never answers fails within 4 s', async () => {
      const silent = createServer().listen(0, '127.0.0.1');
      onTestFinished(() => void silent.close());
      await once(silent, 'listening');
      const { port } = silent.address() as { port: number };
      const before = performance.now();
      await expect(openRedisQueue({ url: `redis://127.0.0.1:${port}` })).rejects.toMatchObject(unreachable);
      expect(performance.now() - before).toBeLessThan(4000);
    });

    test('a server that is not Redis is refused', async () => {
      const web = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1');
      onTestFinished(() => void web.close());
      await once(web, 'listening');
      const { port } = web.address() as { port: number };
      await expect(openRedisQueue({ url: `redis://127.0.0.1:${port}` })).rejects.toMatchObject(unreachable);
    });

    test('a wrong password fails and is not shown, a right one works', async () => {
      const server = await start();
      await server.command('CONFIG', 'SET', 'requirepass', 's3cr@t');
      const at = `127.0.0.1:${server.port}`;
      const fault: unknown = await openRedisQueue({ url: `redis://:wr0ng@${at}` }).catch((error) => error);
      expect(fault).toMatchObject({ ...unreachable, details: { reason: expect.stringContaining('WRONGPASS') } });
      expect(inspect(fault, { depth: null, showHidden: true })).not.toMatch(/wr0ng/);
      await expect(openRedisQueue({ url: server.url })).rejects.toMatchObject(unreachable);
      const { queue } = await open(server, { url: `redis://:s3cr%40t@${at}` });
      const { ended } = await serve(queue);
      await queue.add('slot-a', 'job-1', 'hello');
      expect(await ended.count(1)).toEqual(['hello']);
    });

    test('a URL that cannot be one is refused', async () => {
      const refusal = { code: 'CONFIG_INVALID', details: { field: 'redis' } };
      await expect(openRedisQueue({ url: 'http://127.0.0.1:6379' })).rejects.toMatchObject(refusal);
    });

    test('a prefix that Redis keys cannot hold is refused', async () => {
      const refusal = { code: 'CONFIG_INVALID', details: { field: 'prefix' } };
      await expect(openRedisQueue({ url: closedPort, prefix: 'a:b' })).rejects.toMatchObject(refusal);
    });
  });

  describe('leaves nothing open', () => {
    const opened = (url: string, then: string) => `
      import { openRedisQueue } from '@flashline/queue';
      const handled = Promise.withResolvers();
      const queue = await openRedisQueue({ url: '${url}' });
      await queue.listen('bench', () => {});
      await queue.consume('slot-idle', async () => {});
      await queue.consume('slot-a', async (data) => handled.resolve(data));
      await queue.add('slot-a', 'job-1', 'job');
      console.log(await handled.promise);
      ${then}
      await queue.close();
      console.log('closed');`;

    test('when it is closed', async () => {
      const server = await start();
      expect(await runScript(opened(server.url, ''))).toMatchObject({ code: 0, said: 'job\nclosed' });
    });

    test('when it is closed while Redis is down', async () => {
      const server = await start();
      const { code, said } = await runScript(opened(server.url, `process.kill(${server.pid}, 'SIGKILL');`));
      expect({ code, said }).toEqual({ code: 0, said: 'job\nclosed' });
    });

    test('when it is closed while Redis hangs', async () => {
      const server = await start();
      const { code, said } = await runScript(opened(server.url, `process.kill(${server.pid}, 'SIGSTOP');`));
      expect({ code, said }).toEqual({ code: 0, said: 'job\nclosed' });
    });

    test('when it could not be opened', async () => {
      const server = await start();
      server.pause();
      const { code, said } = await runScript(`
        import { openRedisQueue } from '@flashline/queue';
        for (const url of ['redis://127.0.0.1:9', '${server.url}'])
          await openRedisQueue({ url }).catch((error) => console.log(error.code));`);
      expect({ code, said }).toEqual({ code: 0, said: 'QUEUE_UNREACHABLE\nQUEUE_UNREACHABLE' });
    });
  });
});
