import type { createLogUpdate } from 'log-update';
import { type BoardProgress, drawProgress } from './progress-drawing.ts';

/** How the work on a board ended: in one or two words, and whether that is good. */
export interface Ended {
  readonly word: string;
  readonly isGood: boolean;
}

/** Shows people how far boards are. What is told of a board that has ended is not shown. */
export interface Progress {
  /** `fraction` is 0 to 1. */
  at(path: string, word: string, fraction: number): void;
  ended(path: string, how: Ended): void;
  /** Shows the last state and gives the terminal back. */
  close(): void;
}

/** Where progress is shown: the part of `process.stderr` that it takes. */
type ProgressStream = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  hasColors?(): boolean;
};

/** What to show, and where. */
export interface ProgressOptions {
  /** Null shows nothing. */
  readonly stream: ProgressStream | null;
  /** Port paths with the names of their slots, in the order in which they are shown. */
  readonly labels: ReadonlyMap<string, string>;
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
}

/** Bars on a terminal, lines where there is none. */
export async function openProgress({ stream, labels, nowMs }: ProgressOptions): Promise<Progress> {
  if (stream === null) return { at: () => {}, ended: () => {}, close: () => {} };
  if (stream.isTTY !== true || process.env.TERM === 'dumb') return new ProgressLines(stream, labels);
  // What it knows of the width of characters takes 40 ms to load: only who sees bars waits for it.
  const { createLogUpdate } = await import('log-update');
  return new ProgressBars(stream, createLogUpdate(stream), labels, nowMs);
}

/** A line whenever a board comes to something new: for logs, and for terminals that cannot go back. */
class ProgressLines implements Progress {
  readonly #stream: ProgressStream;
  readonly #labels: ReadonlyMap<string, string>;
  readonly #told = new Map<string, string>();

  constructor(stream: ProgressStream, labels: ReadonlyMap<string, string>) {
    this.#stream = stream;
    this.#labels = labels;
  }

  at(path: string, word: string): void {
    if (this.#told.get(path) === word) return;
    this.#told.set(path, word);
    this.#stream.write(`${this.#labels.get(path) ?? path}: ${word}\n`);
  }

  ended(): void {}

  close(): void {}
}

/** What is shown of a board, with moments where `BoardProgress` has a duration. */
interface Shown extends Omit<BoardProgress, 'ms'> {
  readonly beganMs: number;
  readonly endedMs: number | null;
}

type LogUpdate = ReturnType<typeof createLogUpdate>;

const REDRAW_MS = 100;

class ProgressBars implements Progress {
  readonly #stream: ProgressStream;
  readonly #nowMs: () => number;
  readonly #boards: Map<string, Shown>;
  readonly #draw: LogUpdate;
  readonly #timer: NodeJS.Timeout;

  constructor(stream: ProgressStream, draw: LogUpdate, labels: ReadonlyMap<string, string>, nowMs: () => number) {
    this.#stream = stream;
    this.#draw = draw;
    this.#nowMs = nowMs;
    const waiting = { word: 'waiting', is: 'waiting', fraction: 0, beganMs: nowMs(), endedMs: null } as const;
    this.#boards = new Map([...labels].map(([path, label]) => [path, { label, ...waiting }]));
    this.#timer = setInterval(() => this.#redraw(), REDRAW_MS);
  }

  at(path: string, word: string, fraction: number): void {
    const board = this.#boards.get(path);
    if (board === undefined || board.endedMs !== null) return;
    const beganMs = board.is === 'waiting' ? this.#nowMs() : board.beganMs;
    this.#boards.set(path, { ...board, is: 'running', word, fraction: Math.max(board.fraction, fraction), beganMs });
  }

  ended(path: string, { word, isGood }: Ended): void {
    const board = this.#boards.get(path);
    if (board === undefined || board.endedMs !== null) return;
    this.#boards.set(path, { ...board, word, is: isGood ? 'good' : 'bad', endedMs: this.#nowMs() });
  }

  close(): void {
    clearInterval(this.#timer);
    this.#redraw();
    this.#draw.done();
  }

  #redraw(): void {
    const nowMs = this.#nowMs();
    const boards = [...this.#boards.values()].map(({ beganMs, endedMs, ...board }) => ({
      ...board,
      ms: board.is === 'waiting' ? 0 : (endedMs ?? nowMs) - beganMs,
    }));
    const { columns = 80, rows = 24 } = this.#stream;
    const screen = { columns, rows, hasColour: this.#stream.hasColors?.() === true };
    this.#draw(drawProgress(boards, screen).join('\n'));
  }
}
