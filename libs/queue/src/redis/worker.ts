import { WaitingError, Worker } from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';
import type { RedisAddress } from './address.ts';
import { connectionOptions, hangUp } from './connections.ts';
import { within } from './deadline.ts';

/** A job's lock outlives a Redis that hangs for a while; a job whose worker died is given up after it. */
const LOCK_MS = 120_000;
/** How long BullMQ may take to notice that its connections are gone. */
const DROP_MS = 2000;

/** Where jobs come from, one at a time. */
export interface JobSource {
  /** Takes no more jobs; resolves when the running one is over and Redis knows it. Without Redis, that is never. May be asked again. */
  drain(): Promise<void>;
  /** Lets go of everything at once. Never rejects. */
  drop(): Promise<void>;
}

/** Runs one job. `refused` puts it back, to be the next one of whoever serves the queue then. Never rejects. */
export type RunJob = (data: unknown) => Promise<'done' | 'refused'>;

export interface WorkerPlace {
  readonly address: RedisAddress;
  readonly prefix: string;
  readonly queue: string;
}

/** BullMQ's blocking connection is a copy of the one it is given. This one remembers its copies, so that all can be ended. */
class Line extends Redis {
  readonly copies = new Set<Redis>();

  override duplicate<Override extends Partial<RedisOptions> | undefined>(override?: Override) {
    const copy = super.duplicate(override);
    copy.on('error', () => undefined);
    this.copies.add(copy);
    return copy;
  }
}

/** Starts a BullMQ worker that runs one job at a time and never runs one again: redelivery is not BullMQ's to decide. */
export function openWorker({ address, prefix, queue }: WorkerPlace, run: RunJob): JobSource {
  // It waits for Redis as long as it takes, so that a restart costs nothing but time.
  const line = new Line({ ...connectionOptions(address), maxRetriesPerRequest: null });
  line.on('error', () => undefined);
  const worker = new Worker<unknown>(
    queue,
    async (job, token) => {
      if ((await run(job.data)) === 'done') return;
      await job.moveToWait(token);
      throw new WaitingError();
    },
    {
      connection: line,
      prefix,
      concurrency: 1,
      lockDuration: LOCK_MS,
      // A stalled job ran, or still runs, somewhere. With 1, the default, it would run a second time.
      maxStalledCount: 0,
      // It prints a warning per connection; the health check says the same once, and to people.
      skipVersionCheck: true,
    },
  );
  // Lost connections show in the health check. What else comes here is bookkeeping, such as the lock of a job that
  // Redis lost; the journal is the fence, not the lock.
  worker.on('error', () => undefined);
  return {
    drain: () => worker.close(),
    drop: async () => {
      const closed = worker.close();
      await Promise.all([line, ...line.copies].map(hangUp));
      await within(DROP_MS, closed).catch(() => undefined);
    },
  };
}
