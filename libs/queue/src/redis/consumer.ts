import type { Stop } from '../queue.ts';
import { within } from './deadline.ts';
import type { JobSource, RunJob } from './worker.ts';

/** How long the end of a job may take to reach Redis once the handler has returned. */
const SETTLE_MS = 2000;
/** An idle consumer that lets jobs wait for this long has gone deaf. */
const DEAF_MS = 15_000;

/**
 * Serves one queue for as long as it is wanted. BullMQ workers have gone deaf after a reconnect (its issues 2466, 3185),
 * so this one is watched, and replaced when it lets jobs wait.
 */
export class Consumer {
  readonly #open: (run: RunJob) => JobSource;
  readonly #handler: (data: unknown, signal: AbortSignal) => Promise<void>;
  readonly #stopping = new AbortController();
  #source: JobSource;
  #running: Promise<void> | null = null;
  #started = 0;
  #startedAtBeat = 0;
  #deafSinceMs: number | null = null;
  #stopped: Promise<void> | null = null;

  /** `handler` never rejects. */
  constructor(open: (run: RunJob) => JobSource, handler: (data: unknown, signal: AbortSignal) => Promise<void>) {
    this.#open = open;
    this.#handler = handler;
    this.#source = this.#newSource();
  }

  /** Called at every heartbeat with monotonic time; `countWaiting` resolves to 0 when it cannot tell. */
  async beat(nowMs: number, countWaiting: () => Promise<number>): Promise<void> {
    const waiting = await countWaiting();
    const idle = this.#running === null && this.#started === this.#startedAtBeat;
    this.#startedAtBeat = this.#started;
    this.#deafSinceMs = idle && waiting > 0 ? (this.#deafSinceMs ?? nowMs) : null;
    if (this.#deafSinceMs === null || nowMs - this.#deafSinceMs < DEAF_MS || this.#stopped !== null) return;
    this.#deafSinceMs = null;
    const deaf = this.#source;
    this.#source = this.#newSource();
    await retire(deaf);
  }

  /** Takes no more jobs, aborts the running one's signal, and waits for it. */
  stop: Stop = () => {
    this.#stopped ??= this.#end();
    return this.#stopped;
  };

  #newSource(): JobSource {
    const source: JobSource = this.#open((data) => this.#run(source, data));
    return source;
  }

  async #run(source: JobSource, data: unknown): Promise<'done' | 'refused'> {
    // A replaced worker may come to life with a job in hand; two workers running jobs would be two flash loops.
    if (source !== this.#source || this.#stopping.signal.aborted) return 'refused';
    this.#started++;
    this.#running = this.#handler(data, this.#stopping.signal);
    await this.#running;
    this.#running = null;
    return 'done';
  }

  async #end(): Promise<void> {
    this.#stopping.abort();
    // Before the wait, so that BullMQ fetches no job that would only be put back.
    this.#source.drain().catch(() => undefined);
    await this.#running;
    await retire(this.#source);
  }
}

/** Lets a source write down how its last job ended, if Redis answers; nothing depends on it. */
async function retire(source: JobSource): Promise<void> {
  await within(SETTLE_MS, source.drain()).catch(() => undefined);
  await source.drop();
}
