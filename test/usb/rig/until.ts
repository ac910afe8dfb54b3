import { setTimeout as sleep } from 'node:timers/promises';

/** Looks until there is something to see: the kernel tells nobody. Rejects when there is nothing after `seconds`. */
export async function until<T>(what: string, look: () => T | null | Promise<T | null>, seconds = 30): Promise<T> {
  for (const giveUpAt = performance.now() + seconds * 1000; performance.now() < giveUpAt; ) {
    const seen = await look();
    if (seen !== null) return seen;
    await sleep(20);
  }
  throw new Error(`${what}: not within ${seconds} s`);
}
