/** Time as the page sees it; tests bring their own. */
export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** Runs `task` once after `delayMs`; the returned function prevents it. */
  after(delayMs: number, task: () => void): () => void;
}

/** The clock of the browser. */
export const browserClock: Clock = {
  nowMs: () => Date.now(),
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};
