/** Ends what it was returned for; resolves when nothing of it runs any more. */
export type Stop = () => Promise<void>;

/** Handles one job. The signal is aborted when the consumer is stopped. A rejection is logged; the job is not run again by itself. */
export type JobHandler = (data: unknown, signal: AbortSignal) => Promise<void>;

/**
 * The doorbell between coordinator and worker. It may lose and repeat things, and says so: jobs may be delivered more than
 * once, broadcasts may be lost. What must not be lost or doubled is guarded by the ledger and the journal, never by the queue.
 */
export interface Queue {
  /** Puts a job on a queue. While a job with this id waits or runs there, adding it again changes nothing. Rejects with QUEUE_UNREACHABLE in bounded time. */
  add(queue: string, id: string, data: unknown): Promise<void>;
  /** Takes a job off that has not started. True when it was there. */
  remove(queue: string, id: string): Promise<boolean>;
  /** Serves a queue: one job at a time, in the order they were added. */
  consume(queue: string, handler: JobHandler): Promise<Stop>;
  /** Tells everyone who listens now. Never rejects: what is broadcast may be lost. */
  broadcast(channel: string, data: unknown): Promise<void>;
  listen(channel: string, handler: (data: unknown) => void): Promise<Stop>;
  /** Null when the queue works, otherwise what is wrong in plain words. */
  trouble(): string | null;
  /** Waits for running handlers, then lets go of everything. */
  close(): Promise<void>;
}
