/** One attempt that waits for its turn. */
interface Waiting {
  readonly go: () => void;
}

/** What goes on behind one hub. */
interface Hub {
  started: number;
  readonly queue: Set<Waiting>;
}

/** Ends a start: the next one behind the same hub may begin. Calling it again changes nothing. */
export type EndStart = () => void;

/**
 * Lets so many attempts behind one hub start at the same time, in the order in which they came: boards draw most current when
 * they are plugged in and while they are erased, and a hub that browns out takes its other boards with it.
 */
export class Starts {
  readonly #perHub: number;
  readonly #hubs = new Map<string, Hub>();

  /** Without a number nobody waits. */
  constructor(perHub = Number.POSITIVE_INFINITY) {
    this.#perHub = perHub;
  }

  /** Resolves when the attempt on this port may start. Rejects with the signal's reason when it is aborted before. */
  async enter(path: string, signal: AbortSignal): Promise<EndStart> {
    signal.throwIfAborted();
    const name = hubOf(path);
    const hub = this.#hubs.get(name) ?? { started: 0, queue: new Set() };
    this.#hubs.set(name, hub);
    if (hub.started < this.#perHub) hub.started += 1;
    else await this.#turn(hub, signal);
    let hasEnded = false;
    return () => {
      if (!hasEnded) this.#end(name, hub);
      hasEnded = true;
    };
  }

  /** Who ends a start hands its place over, so that nobody who comes in between takes it. */
  #turn({ queue }: Hub, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        queue.delete(waiting);
        reject(signal.reason);
      };
      const waiting: Waiting = {
        go: () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      queue.add(waiting);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  #end(name: string, hub: Hub): void {
    const [next] = hub.queue;
    if (next !== undefined) {
      hub.queue.delete(next);
      next.go();
      return;
    }
    hub.started -= 1;
    if (hub.started === 0) this.#hubs.delete(name);
  }
}

/** The hub that a port belongs to: its path without the last port. The ports of a root hub are told by their bus alone. */
function hubOf(path: string): string {
  return path.replace(/[.-]\d+$/, '');
}
