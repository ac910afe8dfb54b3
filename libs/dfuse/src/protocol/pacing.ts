/** What the device is busy with. Operations of one kind and size take about the same time. */
export interface Operation {
  readonly kind: 'address' | 'erase' | 'mass-erase' | 'write';
  readonly bytes: number;
}

/** How far the waiting for one operation is. */
export interface Wait {
  /** The poll timeout of the last answer. */
  readonly reportedMs: number;
  /** Since GETSTATUS started the operation. */
  readonly elapsedMs: number;
  /** How often the device has been asked since. */
  readonly asked: number;
}

interface Learned {
  readonly waitMs: number;
  /** The device answers "busy" when asked early, so every early question costs a transfer; others hold the answer back until done. */
  readonly answersBusy: boolean;
}

/** When to ask a device whether it is done: what this session has learned about it. */
export interface Pace {
  /** Wait as told: this device does not bear being asked early. */
  readonly isLiteral: boolean;
  readonly learned: Readonly<Record<string, Learned>>;
}

/** The pace of a device that nothing is known about. */
export const UNKNOWN_PACE: Pace = { isLiteral: false, learned: {} };

/** The pace of a device that must be waited for as it says. */
export const LITERAL_PACE: Pace = { isLiteral: true, learned: {} };

/** How one operation went. */
export interface Took {
  /** From the answer that started it to the one that told its end. */
  readonly elapsedMs: number;
  readonly asked: number;
  /** By how much longer the last answer took than the first, which nothing can hold back. */
  readonly heldMs: number;
}

const FIRST_QUESTION_MS = 1;
/** An answer that took this much longer than usual was held back until the device was done. */
const HELD_MS = 1;
/** Ask a device that holds its answer this long before it is done: timers are late by less, and an answer held longer keeps the bus busy. */
const EARLY_MS = 2;

/**
 * How long to wait before the next GETSTATUS, in milliseconds, at least 1. Reported times lie (F7: 104 ms for 8 ms of work), so
 * ask when the last operation of this kind was done. After that the total grows by at least an eighth: questions stay few.
 */
export function waitMs(pace: Pace, operation: Operation, { reportedMs, elapsedMs, asked }: Wait): number {
  const known = pace.learned[keyOf(operation)];
  const leastMs = Math.max(1, asked > 0 ? elapsedMs / 8 : 0);
  if (pace.isLiteral) return Math.max(reportedMs, leastMs);
  if (asked === 0) return Math.max(Math.min(reportedMs, known?.waitMs ?? FIRST_QUESTION_MS), leastMs);
  return known === undefined ? Math.max(Math.min(reportedMs, elapsedMs / 2), leastMs) : leastMs;
}

/** What an operation teaches about the next one of its kind and size. */
export function learn(pace: Pace, operation: Operation, took: Took): Pace {
  if (pace.isLiteral || took.asked === 0) return pace;
  const key = keyOf(operation);
  return { ...pace, learned: { ...pace.learned, [key]: lesson(pace.learned[key], took) } };
}

function lesson(before: Learned | undefined, { elapsedMs, asked, heldMs }: Took): Learned {
  if (asked > 1) return { waitMs: elapsedMs, answersBusy: true };
  // Done at the first question: it may have been done for long. Creep down, slowly where a question too early is wasted.
  if (before?.answersBusy) return { waitMs: before.waitMs * 0.99, answersBusy: true };
  if (heldMs >= HELD_MS) return { waitMs: elapsedMs - EARLY_MS, answersBusy: false };
  // From the wait that was meant, not from the one that came of it: a busy computer is late by more than it creeps down.
  return { waitMs: (before?.waitMs ?? FIRST_QUESTION_MS) * 0.8, answersBusy: false };
}

function keyOf({ kind, bytes }: Operation): string {
  return `${kind}:${bytes}`;
}
