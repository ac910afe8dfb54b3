import { setTimeout as sleep } from 'node:timers/promises';

/** How long something may take, and how often to look: often into a file, seldom over HTTP, where a look costs. */
export interface Patience {
  readonly seconds?: number;
  readonly everyMs?: number;
}

/** Looks until there is something to see: the kernel tells nobody. Rejects when there is nothing in time. */
export async function until<T>(
  what: string,
  look: () => T | null | Promise<T | null>,
  { seconds = 30, everyMs = 20 }: Patience = {},
): Promise<T> {
  for (const giveUpAt = performance.now() + seconds * 1000; performance.now() < giveUpAt; ) {
    const seen = await look();
    if (seen !== null) return seen;
    await sleep(everyMs);
  }
  throw new Error(`${what}: not within ${seconds} s`);
}
