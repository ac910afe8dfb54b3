/** What the device is busy with. Operations of one kind and size take about the same time. */
export interface Operation {
  readonly kind: 'address' | 'erase' | 'write';
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

const FIRST_QUESTION_MS = 1;

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

/** What an operation that took `elapsedMs` and `asked` questions teaches. */
export function learn(pace: Pace, operation: Operation, { elapsedMs, asked }: Pick<Wait, 'elapsedMs' | 'asked'>): Pace {
  if (pace.isLiteral || asked === 0) return pace;
  const key = keyOf(operation);
  return { ...pace, learned: { ...pace.learned, [key]: lesson(pace.learned[key], elapsedMs, asked) } };
}

function lesson(before: Learned | undefined, elapsedMs: number, asked: number): Learned {
  if (asked > 1) return { waitMs: elapsedMs, answersBusy: true };
  // Done at the first question: it may have been done for long. Creep down, slowly where a question too early is wasted.
  if (before?.answersBusy) return { waitMs: before.waitMs * 0.99, answersBusy: true };
  return { waitMs: elapsedMs * 0.9, answersBusy: false };
}

function keyOf({ kind, bytes }: Operation): string {
  return `${kind}:${bytes}`;
}
