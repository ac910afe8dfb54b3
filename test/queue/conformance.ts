import type { OnHandlerError, Queue } from '@flashline/queue';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Inbox } from './inbox.ts';

/** What both adapters promise. `open` gives a fresh, empty queue. */
export function describeQueue(name: string, open: (onHandlerError: OnHandlerError) => Promise<Queue>): void {
  describe(`the ${name} queue`, () => {
    let queue: Queue;
    let handlerErrors: Inbox<[name: string, error: unknown]>;

    beforeEach(async () => {
      handlerErrors = new Inbox();
      queue = await open((...told) => handlerErrors.put(told));
    });
    afterEach(() => queue.close());

    /** A consumer whose jobs end when the test says so. */
    const consumeSlowly = async (of: string) => {
      const started = new Inbox<unknown>();
      const finish = new Inbox<unknown>();
      const ended: unknown[] = [];
      const stop = await queue.consume(of, async (data) => {
        started.put(data);
        await finish.until((names) => names.includes(data));
        ended.push(data);
      });
      return { started, finish: finish.put, ended, stop };
    };

    test('delivers the jobs of a queue in the order they were added', async () => {
      const got = new Inbox<unknown>();
      await queue.consume('slot-a', async (data) => got.put(data));
      for (let n = 0; n < 20; n++) await queue.add('slot-a', `job-${n}`, n);
      expect(await got.count(20)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    });

    test('delivers jobs that were added before anyone served the queue', async () => {
      for (const id of ['job-a', 'job-b', 'job-c']) await queue.add('slot-a', id, id);
      const got = new Inbox<unknown>();
      await queue.consume('slot-a', async (data) => got.put(data));
      expect(await got.count(3)).toEqual(['job-a', 'job-b', 'job-c']);
    });

    test('runs one job of a queue at a time', async () => {
      const { started, finish, ended } = await consumeSlowly('slot-a');
      await queue.add('slot-a', 'job-1', 'first');
      await queue.add('slot-a', 'job-2', 'second');
      await started.count(1);
      // A job of another queue passes by; had the second been due, it would have started long before.
      const bystander = await consumeSlowly('slot-b');
      await queue.add('slot-b', 'job-3', 'passer-by');
      await bystander.started.count(1);
      expect(started.items).toEqual(['first']);
      bystander.finish('passer-by');
      finish('first');
      await started.count(2);
      expect(ended).toEqual(['first']);
      finish('second');
    });

    test('does not call a handler inside add or broadcast', async () => {
      const calls: string[] = [];
      await queue.consume('slot-a', async () => void calls.push('job'));
      await queue.listen('bench', () => void calls.push('broadcast'));
      const added = queue.add('slot-a', 'job-1', null);
      const told = queue.broadcast('bench', null);
      expect(calls).toEqual([]);
      await Promise.all([added, told]);
    });

    test('takes a job once while it waits', async () => {
      await queue.add('slot-a', 'job-1', 'first');
      await queue.add('slot-a', 'job-1', 'again');
      await queue.add('slot-a', 'job-2', 'last');
      const got = new Inbox<unknown>();
      await queue.consume('slot-a', async (data) => got.put(data));
      expect(await got.until((items) => items.includes('last'))).toEqual(['first', 'last']);
    });

    test('takes a job once while it runs', async () => {
      const { started, finish } = await consumeSlowly('slot-a');
      await queue.add('slot-a', 'job-1', 'first');
      await started.count(1);
      await queue.add('slot-a', 'job-1', 'again');
      await queue.add('slot-a', 'job-2', 'last');
      finish('first');
      expect(await started.count(2)).toEqual(['first', 'last']);
      finish('last');
    });

    test('takes the id of a finished job again', async () => {
      const { started, finish } = await consumeSlowly('slot-a');
      await queue.add('slot-a', 'job-1', 'first');
      await queue.add('slot-a', 'job-2', 'second');
      finish('first');
      // One at a time: when the second starts, the first is over.
      await started.until((items) => items.includes('second'));
      await queue.add('slot-a', 'job-1', 'anew');
      finish('second');
      expect(await started.count(3)).toEqual(['first', 'second', 'anew']);
      finish('anew');
    });

    test('takes the same id on two queues', async () => {
      const got = new Inbox<unknown>();
      await queue.consume('slot-a', async (data) => got.put(data));
      await queue.consume('slot-b', async (data) => got.put(data));
      await queue.add('slot-a', 'job-1', 'a');
      await queue.add('slot-b', 'job-1', 'b');
      expect(new Set(await got.count(2))).toEqual(new Set(['a', 'b']));
    });

    test('removes a job that waits, and says so', async () => {
      await queue.add('slot-a', 'job-1', 'first');
      await queue.add('slot-a', 'job-2', 'second');
      expect(await queue.remove('slot-a', 'job-1')).toBe(true);
      expect(await queue.remove('slot-a', 'job-1')).toBe(false);
      const got = new Inbox<unknown>();
      await queue.consume('slot-a', async (data) => got.put(data));
      expect(await got.count(1)).toEqual(['second']);
    });

    test('takes the id of a removed job again', async () => {
      await queue.add('slot-a', 'job-1', 'first');
      await queue.remove('slot-a', 'job-1');
      await queue.add('slot-a', 'job-1', 'anew');
      const got = new Inbox<unknown>();
      await queue.consume('slot-a', async (data) => got.put(data));
      expect(await got.count(1)).toEqual(['anew']);
    });

    test('does not remove a job that runs, nor one it never had', async () => {
      const { started, finish } = await consumeSlowly('slot-a');
      await queue.add('slot-a', 'job-1', 'first');
      await started.count(1);
      expect(await queue.remove('slot-a', 'job-1')).toBe(false);
      expect(await queue.remove('slot-a', 'job-9')).toBe(false);
      finish('first');
    });

    test('goes on after a handler that rejects, tells of it, and does not run its job again', async () => {
      const got = new Inbox<unknown>();
      await queue.consume('slot-a', async (data) => {
        got.put(data);
        if (data === 'bad') throw new Error('no board');
      });
      await queue.add('slot-a', 'job-1', 'bad');
      for (const id of ['good-1', 'good-2', 'good-3']) await queue.add('slot-a', id, id);
      expect(await got.until((items) => items.includes('good-3'))).toEqual(['bad', 'good-1', 'good-2', 'good-3']);
      expect(handlerErrors.items).toEqual([['slot-a', expect.objectContaining({ message: 'no board' })]]);
    });

    test('serves two queues independently', async () => {
      const slow = await consumeSlowly('slot-a');
      const got = new Inbox<unknown>();
      await queue.consume('slot-b', async (data) => got.put(data));
      await queue.add('slot-a', 'job-1', 'slow');
      await slow.started.count(1);
      for (const id of ['job-2', 'job-3']) await queue.add('slot-b', id, id);
      expect(await got.count(2)).toEqual(['job-2', 'job-3']);
      expect(slow.ended).toEqual([]);
      slow.finish('slow');
    });

    test('refuses a second server of one queue, and takes one after the first has stopped', async () => {
      const stop = await queue.consume('slot-a', async () => undefined);
      await expect(queue.consume('slot-a', async () => undefined)).rejects.toMatchObject({ code: 'STATION_BUG' });
      await stop();
      const got = new Inbox<unknown>();
      await queue.consume('slot-a', async (data) => got.put(data));
      await queue.add('slot-a', 'job-1', 'second server');
      expect(await got.count(1)).toEqual(['second server']);
    });

    test('a stopped consumer aborts the signal, waits for its handler and leaves the rest for the next', async () => {
      const aborted = new Inbox<string>();
      const order: string[] = [];
      const started = new Inbox<unknown>();
      const stop = await queue.consume('slot-a', async (data, signal) => {
        signal.addEventListener('abort', () => aborted.put('aborted'));
        started.put(data);
        await aborted.count(1);
        order.push('handler');
      });
      await queue.add('slot-a', 'job-1', 'first');
      await queue.add('slot-a', 'job-2', 'second');
      await started.count(1);
      await stop();
      order.push('stopped');
      expect(order).toEqual(['handler', 'stopped']);
      expect(started.items).toEqual(['first']);
      const got = new Inbox<unknown>();
      await queue.consume('slot-a', async (data) => got.put(data));
      expect(await got.count(1)).toEqual(['second']);
    });

    test('tells every listener of a channel, and nobody else', async () => {
      const [one, two, other] = [new Inbox<unknown>(), new Inbox<unknown>(), new Inbox<unknown>()];
      await queue.listen('bench', one.put);
      await queue.listen('bench', two.put);
      await queue.listen('progress', other.put);
      await queue.broadcast('bench', 'for the bench');
      await queue.broadcast('progress', 'for progress');
      expect(await one.count(1)).toEqual(['for the bench']);
      expect(await two.count(1)).toEqual(['for the bench']);
      expect(await other.count(1)).toEqual(['for progress']);
    });

    test('delivers broadcasts of a channel in their order', async () => {
      const got = new Inbox<unknown>();
      await queue.listen('bench', got.put);
      await Promise.all([1, 2, 3, 4, 5].map((n) => queue.broadcast('bench', n)));
      expect(await got.count(5)).toEqual([1, 2, 3, 4, 5]);
    });

    test('a listener hears nothing from before it listened', async () => {
      const early = new Inbox<unknown>();
      await queue.listen('bench', early.put);
      await queue.broadcast('bench', 'old');
      await early.count(1);
      const late = new Inbox<unknown>();
      await queue.listen('bench', late.put);
      await queue.broadcast('bench', 'new');
      expect(await late.count(1)).toEqual(['new']);
    });

    test('a listener that stopped hears nothing more, and the others go on', async () => {
      const [leaving, staying] = [new Inbox<unknown>(), new Inbox<unknown>()];
      const stop = await queue.listen('bench', leaving.put);
      await queue.listen('bench', staying.put);
      const underWay = queue.broadcast('bench', 'under way');
      await stop();
      await underWay;
      await queue.broadcast('bench', 'after');
      expect(await staying.count(2)).toEqual(['under way', 'after']);
      expect(leaving.items).toEqual([]);
    });

    test('listens again after the last listener of a channel has stopped', async () => {
      const stop = await queue.listen('bench', () => undefined);
      await stop();
      const got = new Inbox<unknown>();
      await queue.listen('bench', got.put);
      await queue.broadcast('bench', 'anew');
      expect(await got.count(1)).toEqual(['anew']);
    });

    test('a listener that throws disturbs nobody', async () => {
      const got = new Inbox<unknown>();
      await queue.listen('bench', () => {
        throw new Error('broken screen');
      });
      await queue.listen('bench', got.put);
      await queue.broadcast('bench', 1);
      await queue.broadcast('bench', 2);
      expect(await got.count(2)).toEqual([1, 2]);
      expect((await handlerErrors.count(2)).map(([channel]) => channel)).toEqual(['bench', 'bench']);
    });

    test('hands out copies: neither the sender nor another receiver can change what was sent', async () => {
      const sent = { board: { slot: '1-2.3' } };
      const added = queue.add('slot-a', 'job-1', sent);
      const changed = new Inbox<unknown>();
      await queue.listen('bench', (data) => {
        (data as typeof sent).board.slot = 'changed by the first listener';
      });
      await queue.listen('bench', changed.put);
      const told = queue.broadcast('bench', sent);
      sent.board.slot = 'changed by the sender';
      await Promise.all([added, told]);
      const got = new Inbox<unknown>();
      await queue.consume('slot-a', async (data) => got.put(data));
      expect(await got.count(1)).toEqual([{ board: { slot: '1-2.3' } }]);
      expect(await changed.count(1)).toEqual([{ board: { slot: '1-2.3' } }]);
    });

    test.each([
      ['text in any script', 'Prüfstand №7 – 基板 🔧 \u0000 \\ " \n'],
      ['nested values', { a: [1, -2.5, true, null, { b: { c: ['ü', {}] } }], '': [[]] }],
      ['a list', [1, [2, [3]]]],
      ['nothing', null],
      ['zero', 0],
      ['false', false],
      ['an empty text', ''],
    ])('carries %s unchanged', async (_, data) => {
      const [job, told] = [new Inbox<unknown>(), new Inbox<unknown>()];
      await queue.consume('slot-a', async (got) => job.put(got));
      await queue.listen('bench', told.put);
      await queue.add('slot-a', 'job-1', data);
      await queue.broadcast('bench', data);
      expect(await job.count(1)).toEqual([data]);
      expect(await told.count(1)).toEqual([data]);
    });

    test('carries what JSON cannot say as JSON says it', async () => {
      const got = new Inbox<unknown>();
      await queue.consume('slot-a', async (data) => got.put(data));
      await queue.add('slot-a', 'job-1', undefined);
      await queue.add('slot-a', 'job-2', { at: new Date(0), gone: undefined });
      expect(await got.count(2)).toEqual([null, { at: '1970-01-01T00:00:00.000Z' }]);
    });

    test.each(['', 'a:b', '17', 'a b', '../x', `x${'y'.repeat(128)}`])('refuses the name %j', async (bad) => {
      const refusal = { code: 'STATION_BUG' };
      await expect(queue.add(bad, 'job-1', null)).rejects.toMatchObject(refusal);
      await expect(queue.add('slot-a', bad, null)).rejects.toMatchObject(refusal);
      await expect(queue.remove('slot-a', bad)).rejects.toMatchObject(refusal);
      await expect(queue.consume(bad, async () => undefined)).rejects.toMatchObject(refusal);
      await expect(queue.listen(bad, () => undefined)).rejects.toMatchObject(refusal);
    });

    test('never rejects a broadcast, and tells of one that cannot be carried', async () => {
      await queue.broadcast('bench', 1n);
      expect(handlerErrors.items).toEqual([['bench', expect.any(TypeError)]]);
    });

    test('close waits for the running handler and stops deliveries', async () => {
      const { started, finish, ended } = await consumeSlowly('slot-a');
      const heard = new Inbox<unknown>();
      await queue.listen('bench', heard.put);
      await queue.add('slot-a', 'job-1', 'first');
      await queue.add('slot-a', 'job-2', 'second');
      await started.count(1);
      let closed = false;
      const closing = queue.close().then(() => {
        closed = true;
      });
      await new Promise(setImmediate);
      expect(closed).toBe(false);
      finish('first');
      await closing;
      expect(ended).toEqual(['first']);
      await queue.broadcast('bench', 'too late');
      await new Promise(setImmediate);
      expect(started.items).toEqual(['first']);
      expect(heard.items).toEqual([]);
    });

    test('a closed queue takes nothing more, and may be closed again', async () => {
      await queue.close();
      await queue.close();
      const refusal = { code: 'QUEUE_UNREACHABLE' };
      await expect(queue.add('slot-a', 'job-1', null)).rejects.toMatchObject(refusal);
      await expect(queue.remove('slot-a', 'job-1')).rejects.toMatchObject(refusal);
      await expect(queue.consume('slot-a', async () => undefined)).rejects.toMatchObject(refusal);
      await expect(queue.listen('bench', () => undefined)).rejects.toMatchObject(refusal);
    });

    test('has no trouble to tell of', () => {
      expect(queue.trouble()).toBeNull();
    });
  });
}
