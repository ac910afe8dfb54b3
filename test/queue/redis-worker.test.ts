import { openRedisQueue } from '@flashline/queue';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseAddress } from '../../libs/queue/src/redis/address.ts';
import { openWorker } from '../../libs/queue/src/redis/worker.ts';
import { redisAvailable, startRedis } from '../support/redis.ts';
import { Inbox } from './inbox.ts';

describe.skipIf(!redisAvailable())('a BullMQ worker', () => {
  test('puts a refused job back as the next one, for whoever serves the queue then', async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const queue = await openRedisQueue({ url: server.url });
    onTestFinished(() => queue.close());
    for (const id of ['job-1', 'job-2', 'job-3']) await queue.add('slot-a', id, id);

    const place = { address: parseAddress(server.url), prefix: 'flashline', queue: 'slot-a' };
    const offered = new Inbox<unknown>();
    const worker = openWorker(place, async (data) => {
      offered.put(data);
      return data === 'job-1' ? 'done' : 'refused';
    });
    await offered.until((items) => items.includes('job-2'));
    await worker.drain();
    await worker.drop();

    const got = new Inbox<unknown>();
    await queue.consume('slot-a', async (data) => got.put(data));
    expect(await got.count(2)).toEqual(['job-2', 'job-3']);
  });
});
