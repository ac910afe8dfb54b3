import type { Timing } from './serial-line.ts';

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
