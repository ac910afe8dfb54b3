/** Work that goes on, and how many wait for it. */
interface Running<T> {
  readonly done: Promise<T>;
  readonly stop: AbortController;
  waiting: number;
}

/** Does the same work once for all who ask for it while it goes on, and stops it when nobody waits any more. */
export class SharedWork<T> {
  readonly #work: (key: string, signal: AbortSignal) => Promise<T>;
  readonly #running = new Map<string, Running<T>>();

  constructor(work: (key: string, signal: AbortSignal) => Promise<T>) {
    this.#work = work;
  }

  /** Resolves or rejects as the work does. Rejects with the signal's reason when it is aborted before; the others wait on. */
  async wait(key: string, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const running = this.#running.get(key) ?? this.#begin(key);
    running.waiting += 1;
    try {
      return await unlessAborted(running.done, signal);
    } finally {
      running.waiting -= 1;
      if (running.waiting === 0) {
        // Whoever asks from now on does not get what is being stopped.
        this.#running.delete(key);
        running.stop.abort();
      }
    }
  }

  #begin(key: string): Running<T> {
    const stop = new AbortController();
    const running = { done: this.#work(key, stop.signal), stop, waiting: 0 };
    this.#running.set(key, running);
    return running;
  }
}

function unlessAborted<T>(done: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    void done.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
