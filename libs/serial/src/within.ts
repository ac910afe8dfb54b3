import type { Clock } from '@flashline/contracts';

/** What limits something that takes time. */
export interface Timing {
  readonly clock: Clock;
  /** Aborted when nobody wants the answer any more. */
  readonly signal?: AbortSignal | undefined;
}

/** What the work comes to, or `late` when that takes longer than `ms`. Rejects with the signal's reason when it is aborted. */
export async function within<T>(work: Promise<T>, ms: number, { clock, signal }: Timing): Promise<T | 'late'> {
  const over = new AbortController();
  const stop = signal ? AbortSignal.any([over.signal, signal]) : over.signal;
  try {
    return await Promise.race([work, clock.sleep(ms, stop).then(() => 'late' as const)]);
  } finally {
    over.abort();
  }
}
