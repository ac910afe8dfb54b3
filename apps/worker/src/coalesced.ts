/** Work that is asked for more often than it need be done. */
export interface Coalesced {
  ask(): void;
  stop(): void;
}

/** Does `work` at once when it is asked for, then at most once per `pauseMs`, for everything that was asked in between. */
export function coalesced(work: () => void, pauseMs: number): Coalesced {
  let timer: NodeJS.Timeout | undefined;
  let isAsked = false;
  const run = () => {
    timer = undefined;
    if (!isAsked) return;
    isAsked = false;
    work();
    timer = setTimeout(run, pauseMs);
  };
  return {
    ask: () => {
      isAsked = true;
      // Not within this turn: what changes together is told together.
      timer ??= setTimeout(run, 0);
    },
    stop: () => clearTimeout(timer),
  };
}
