/** Work that is asked for more often than it need be done. */
export interface Coalesced {
  ask(): void;
  /** For good: what was asked for is not done, nor what is asked for later. */
  stop(): void;
}

/** Does `work` at once when it is asked for, then at most once per `pauseMs`, for everything that was asked in between. */
export function coalesced(work: () => void, pauseMs: number): Coalesced {
  let timer: NodeJS.Timeout | undefined;
  let isAsked = false;
  let isStopped = false;
  const run = () => {
    timer = undefined;
    if (!isAsked) return;
    isAsked = false;
    work();
    if (!isStopped) timer = setTimeout(run, pauseMs);
  };
  return {
    ask: () => {
      isAsked = true;
      // Not within this turn: what changes together is told together.
      if (!isStopped) timer ??= setTimeout(run, 0);
    },
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
