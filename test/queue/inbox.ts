/** What has arrived so far, and a way to wait for more without looking at a clock. */
export class Inbox<T> {
  readonly items: T[] = [];
  readonly #waiters = new Set<() => void>();

  put = (item: T): void => {
    this.items.push(item);
    for (const waiter of this.#waiters) waiter();
  };

  /** Resolves with everything that has arrived as soon as `enough` says so. */
  async until(enough: (items: readonly T[]) => boolean): Promise<readonly T[]> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => enough(this.items) && resolve();
    this.#waiters.add(look);
    look();
    await promise;
    this.#waiters.delete(look);
    return [...this.items];
  }

  /** Resolves with everything that has arrived when there are at least `count`. */
  count(count: number): Promise<readonly T[]> {
    return this.until((items) => items.length >= count);
  }
}
