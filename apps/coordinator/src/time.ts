/** Ends what a timer was going to do. */
export type Cancel = () => void;

/** Time as the coordinator uses it: a parameter, so that tests need not wait. */
export interface Time {
  /** Milliseconds since 1970, for records. Jumps when somebody sets the clock. */
  epochMs(): number;
  /** Milliseconds since an arbitrary start, for ages; never goes back. */
  monotonicMs(): number;
  after(delayMs: number, task: () => void): Cancel;
  every(periodMs: number, task: () => void): Cancel;
}

/** The computer's own time. Its timers do not keep a process alive that has nothing else to do. */
export const SYSTEM_TIME: Time = {
  epochMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs).unref();
    return () => clearTimeout(timer);
  },
  every: (periodMs, task) => {
    const timer = setInterval(task, periodMs).unref();
    return () => clearInterval(timer);
  },
};

/** The same time, whose tasks cannot end the process: what one throws goes to `onError`. */
export function guardedTime(time: Time, onError: (thrown: unknown) => void): Time {
  const guarded = (task: () => void) => () => {
    try {
      task();
    } catch (thrown) {
      onError(thrown);
    }
  };
  return {
    epochMs: () => time.epochMs(),
    monotonicMs: () => time.monotonicMs(),
    after: (delayMs, task) => time.after(delayMs, guarded(task)),
    every: (periodMs, task) => time.every(periodMs, guarded(task)),
  };
}
