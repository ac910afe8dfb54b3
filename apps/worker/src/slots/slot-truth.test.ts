import type { BusDevice } from '@flashline/dfuse';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { End } from './aftermath.ts';
import { RESET_MS_MAX } from './same-board.ts';
import { EMPTY, next, type SlotEvent, type SlotState } from './slot-state.ts';
import { benchState } from './slot-views.ts';

/** A board as it really is, which nobody but this test knows. */
interface Board {
  readonly id: number;
  mode: 'dfu' | 'application';
  address: number;
  /** Attempts on it since a hand plugged it in. */
  readonly attempts: Set<string>;
}

type Step =
  | { readonly do: 'wait'; readonly ms: number }
  /** A hand pulls what is there and plugs another board in. */
  | { readonly do: 'swap'; readonly mode: Board['mode']; readonly gapMs: number }
  /** Works on a board in its bootloader. */
  | { readonly do: 'flash'; readonly end: End; readonly upAfterMs: number; readonly keptAfterMs: number }
  /** Asks a board that runs; it obeys after so long, and is stopped after so long. */
  | { readonly do: 'ask'; readonly obeysAfterMs: number; readonly awayMs: number; readonly stoppedAfterMs: number }
  /** Firmware restarts by itself. */
  | { readonly do: 'restart'; readonly awayMs: number };

const RESCAN_MS = 1000;
const PASS: End = { outcome: 'pass', fault: null, resets: false, cameUp: false };
const FAIL: End = { ...PASS, outcome: 'fail', fault: 'VERIFY_MISMATCH' };
const CRASH: End = { ...PASS, outcome: 'error', fault: 'HOST_CRASHED' };
const STOP: End = { ...PASS, outcome: 'aborted', fault: 'CANCELLED' };

/** One port, the boards that come and go on it, and the slot that is made of looks at it. Every board says the same of itself. */
class Port {
  slot: SlotState = EMPTY;
  #nowMs = 0;
  #scannedMs = 0;
  #addresses = 0;
  #ids = 0;
  #board: Board | null = null;
  /** Plugged in, and on the bus. */
  #isUp = false;
  readonly #boardOf = new Map<string, Board>();
  /** What is to happen by itself, soonest first. */
  #due: { readonly atMs: number; readonly board: Board | null; readonly act: () => void }[] = [];

  take(step: Step): void {
    switch (step.do) {
      case 'wait':
        this.#wait(step.ms);
        return;
      case 'swap':
        this.#swap(step);
        return;
      case 'flash':
        this.#flash(step);
        return;
      case 'ask':
        this.#ask(step);
        return;
      case 'restart':
        if (this.#board?.mode === 'application' && this.#isUp) this.#blink(this.#board, 'application', step.awayMs);
        return;
      default:
        step satisfies never;
    }
  }

  #swap({ mode, gapMs }: Extract<Step, { do: 'swap' }>): void {
    this.#board = null;
    this.#isUp = false;
    this.#scan();
    this.#wait(gapMs);
    this.#board = { id: ++this.#ids, mode, address: ++this.#addresses, attempts: new Set() };
    this.#isUp = true;
    this.#scan();
  }

  #flash({ end, upAfterMs, keptAfterMs }: Extract<Step, { do: 'flash' }>): void {
    const board = this.#board;
    const isFree = this.slot.is === 'waiting' || this.slot.is === 'ended';
    if (board === null || board.mode !== 'dfu' || !this.#isUp || !isFree) return;
    const attemptId = this.#begin(board);
    this.#tell({ on: 'begun', attemptId, device: this.#device() ?? expect.fail(), nowMs: this.#nowMs });
    this.#wait(500);
    if (end.outcome === 'pass') this.#blink(board, 'application', upAfterMs);
    // The engine has seen it run, or that it is gone and stays so.
    if (end.outcome === 'pass') this.#wait(Math.min(upAfterMs, RESET_MS_MAX));
    const cameUp = end.outcome === 'pass' && upAfterMs <= RESET_MS_MAX;
    this.#tell({ on: 'ended', attemptId, end: { ...end, cameUp }, nowMs: this.#nowMs });
    this.#after(keptAfterMs, null, () => this.#tell({ on: 'kept', attemptId }));
  }

  #ask({ obeysAfterMs, awayMs, stoppedAfterMs }: Extract<Step, { do: 'ask' }>): void {
    const board = this.#board;
    const isFree = this.slot.is === 'waiting' || this.slot.is === 'ended';
    if (board === null || board.mode !== 'application' || !this.#isUp || !isFree) return;
    const attemptId = this.#begin(board);
    this.#tell({ on: 'asked', attemptId });
    this.#after(obeysAfterMs, board, () => this.#blink(board, 'dfu', awayMs));
    this.#wait(stoppedAfterMs);
    this.#tell({ on: 'ended', attemptId, end: STOP, nowMs: this.#nowMs });
    this.#tell({ on: 'kept', attemptId });
  }

  #begin(board: Board): string {
    const attemptId = `attempt ${this.#boardOf.size}`;
    board.attempts.add(attemptId);
    this.#boardOf.set(attemptId, board);
    return attemptId;
  }

  /** It leaves the bus by itself and comes back; a hand that pulls it meanwhile keeps it from that. */
  #blink(board: Board, mode: Board['mode'], awayMs: number): void {
    this.#isUp = false;
    // What it was asked before, a board that restarts has forgotten.
    this.#due = this.#due.filter((due) => due.board !== board);
    this.#scan();
    this.#after(awayMs, board, () => {
      board.mode = mode;
      board.address = ++this.#addresses;
      this.#isUp = true;
      this.#scan();
    });
  }

  #after(ms: number, board: Board | null, act: () => void): void {
    this.#due = [...this.#due, { atMs: this.#nowMs + ms, board, act }].sort((a, b) => a.atMs - b.atMs);
  }

  #wait(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const [first] = this.#due;
      const atMs = Math.min(endMs, this.#scannedMs + RESCAN_MS, first?.atMs ?? endMs);
      this.#nowMs = atMs;
      if (first !== undefined && first.atMs === atMs) {
        this.#due.shift();
        if (first.board === null || first.board === this.#board) first.act();
      } else if (atMs === this.#scannedMs + RESCAN_MS) this.#scan();
      else return;
    }
  }

  #scan(): void {
    this.#tell({
      on: 'scanned',
      device: this.#device(),
      nowMs: this.#nowMs,
      unseenMs: this.#nowMs - this.#scannedMs,
      moment: 'now',
      seatingId: `seating ${this.#nowMs}`,
    });
    this.#scannedMs = this.#nowMs;
    this.#judge();
  }

  #device(): BusDevice | null {
    if (this.#board === null || !this.#isUp) return null;
    const { mode, address } = this.#board;
    const productId = mode === 'dfu' ? 0xdf11 : 0x5740;
    return { path: '1-1', address, vendorId: 0x0483, productId, bcdDevice: 0x2200, usbSerial: null, mode };
  }

  #tell(event: SlotEvent): void {
    this.slot = next(this.slot, event);
  }

  /** What must hold after every look, whatever hands do. */
  #judge(): void {
    const shown = benchState(this.slot);
    if (this.#board === null || !this.#isUp) return;
    if (shown.is === 'ended' && shown.present)
      expect(this.#boardOf.get(shown.attemptId)?.id, 'shows its verdict on another board').toBe(this.#board.id);
    if (shown.is === 'waiting' && shown.perhapsOf === null)
      expect([...this.#board.attempts], 'would be worked on a second time by itself').toEqual([]);
  }
}

const ms = (max: number, min = 0) => fc.integer({ min, max });
const mode = fc.constantFrom('dfu' as const, 'application' as const);
const step: fc.Arbitrary<Step> = fc.oneof(
  ms(20_000).map((waited): Step => ({ do: 'wait', ms: waited })),
  // No hand is faster than a reset may take.
  fc.record({ do: fc.constant('swap' as const), mode, gapMs: ms(12_000, RESET_MS_MAX) }),
  fc.record({
    do: fc.constant('flash' as const),
    end: fc.constantFrom(PASS, FAIL, CRASH),
    upAfterMs: ms(9_000, 50),
    keptAfterMs: fc.oneof(fc.constant(0), ms(9_000)),
  }),
  fc.record({
    do: fc.constant('ask' as const),
    obeysAfterMs: ms(2_000),
    awayMs: ms(5_000, 50),
    stoppedAfterMs: ms(8_000),
  }),
  fc.record({ do: fc.constant('restart' as const), awayMs: ms(RESET_MS_MAX - 100, 50) }),
);

test('no verdict is shown on another board, and no board that stayed is worked on twice by itself, whatever hands do', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 2, maxLength: 20 }), (steps) => {
      const port = new Port();
      for (const one of steps) port.take(one);
    }),
    { numRuns: 3_000 },
  );
});
