import type { BusDevice } from '@flashline/dfuse';
import type { Seat as KeptSeat } from '@flashline/store';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { End } from './aftermath.ts';
import { DROPPED_MS_MAX, ENUMERATED_MS_MAX, RESET_MS_MAX, TRIES_MAX } from './same-board.ts';
import { EMPTY, next, type SlotEvent, type SlotState } from './slot-state.ts';
import { attemptedBoard, benchState } from './slot-views.ts';

/** A board as it really is, which nobody but this test knows. */
interface Board {
  readonly id: number;
  mode: 'dfu' | 'application';
  address: number;
  /** Attempts on it since a hand plugged it in. */
  readonly attempts: Set<string>;
  /** How many in a row began by themselves while the station ran. */
  automatic: number;
  /** Its supply is so weak that it drops off in an attempt. */
  isWeak: boolean;
}

/** A look at the bus sees this while a stranger is there: a loader without a serial port, or a memory stick. */
interface Stranger {
  readonly address: number;
}

type Step =
  | { readonly do: 'wait'; readonly ms: number }
  /** A hand pulls what is there and plugs another board in. */
  | { readonly do: 'swap'; readonly mode: Board['mode']; readonly gapMs: number }
  /** Works on a board in its bootloader. */
  | {
      readonly do: 'flash';
      readonly end: End;
      readonly upAfterMs: number;
      readonly loaderMs: number;
      readonly keptAfterMs: number;
    }
  /** Asks a board that runs; it obeys after so long, and is stopped after so long. */
  | { readonly do: 'ask'; readonly obeysAfterMs: number; readonly awayMs: number; readonly stoppedAfterMs: number }
  /** Firmware restarts by itself, through a loader where that takes any time. */
  | { readonly do: 'restart'; readonly awayMs: number; readonly loaderMs: number }
  /** A board that waits is worked on by itself for as long as it may be, and drops off each time. */
  | { readonly do: 'brown out'; readonly awayMs: number; readonly keptAfterMs: number }
  /** The hub drops off with its board, which may start anew when its hub is back: in its bootloader if its jumper is set. */
  | { readonly do: 'drop hub'; readonly offMs: number; readonly upAfterMs: number; readonly isJumperSet: boolean }
  /** The station starts again, and sees what is behind slow hubs later. */
  | { readonly do: 'restart station'; readonly missesMs: number }
  /** A hand pulls what is there and plugs in a memory stick. */
  | { readonly do: 'plug stick'; readonly gapMs: number };

type Seat = Omit<KeptSeat, 'slot'>;

const RESCAN_MS = 1000;
const PASS: End = { outcome: 'pass', fault: null, resets: false, cameUp: false };
const FAIL: End = { ...PASS, outcome: 'fail', fault: 'VERIFY_MISMATCH' };
const CRASH: End = { ...PASS, outcome: 'error', fault: 'HOST_CRASHED' };
const GONE: End = { ...PASS, outcome: 'error', fault: 'BOARD_GONE' };
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
  #stranger: Stranger | null = null;
  /** Changes whenever the hub leaves or comes back. */
  #hub = 0;
  #hubSeen = 0;
  /** Not seen before, although it is there. */
  #hiddenUntilMs = 0;
  /** What a journal has of the last attempt here. */
  #seat: Seat | null = null;
  readonly #passed = new Set<string>();
  readonly #asked = new Set<string>();
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
        if (this.#board?.mode === 'application' && this.#isUp) this.#blink(this.#board, 'application', step);
        return;
      case 'brown out':
        for (let n = 0; n <= TRIES_MAX; n++) this.#brownOut(step);
        return;
      case 'drop hub':
        this.#dropHub(step);
        return;
      case 'restart station':
        this.#restartStation(step.missesMs);
        return;
      case 'plug stick':
        this.#pull(step.gapMs);
        this.#stranger = { address: ++this.#addresses };
        this.#scan();
        return;
      default:
        step satisfies never;
    }
  }

  #pull(gapMs: number): void {
    this.#board = null;
    this.#stranger = null;
    this.#isUp = false;
    this.#scan();
    this.#wait(gapMs);
  }

  #swap({ mode, gapMs }: Extract<Step, { do: 'swap' }>): void {
    this.#pull(gapMs);
    const address = ++this.#addresses;
    this.#board = { id: ++this.#ids, mode, address, attempts: new Set(), automatic: 0, isWeak: false };
    this.#isUp = true;
    this.#scan();
  }

  #brownOut({ awayMs, keptAfterMs }: Extract<Step, { do: 'brown out' }>): void {
    const board = this.#board;
    const isWanted = this.slot.is === 'waiting' && this.slot.perhapsOf === null;
    if (board === null || board.mode !== 'dfu' || !this.#isUp || !isWanted) return;
    board.isWeak = true;
    const attemptId = this.#begin(board);
    this.#tell({ on: 'begun', attemptId, device: this.#device() ?? expect.fail(), nowMs: this.#nowMs });
    this.#wait(300);
    this.#blink(board, 'dfu', { awayMs });
    this.#tell({ on: 'ended', attemptId, end: GONE, nowMs: this.#nowMs });
    this.#after(keptAfterMs, null, () => this.#kept(attemptId));
    this.#wait(Math.max(awayMs, keptAfterMs) + RESCAN_MS);
  }

  #dropHub({ offMs, upAfterMs, isJumperSet }: Extract<Step, { do: 'drop hub' }>): void {
    const board = this.#board;
    // Not told apart from another: one that passed, was in its bootloader after that, and had its station restarted, too.
    const startsIn = isJumperSet && this.slot.is !== 'remembered' ? 'dfu' : board?.mode;
    this.#isUp = false;
    this.#stranger = null;
    this.#hub++;
    // Without current everything has forgotten what it was about to do.
    this.#due = this.#due.filter((due) => due.board === null);
    this.#scan();
    this.#wait(offMs);
    this.#hub++;
    this.#scan();
    if (board === null) return;
    this.#after(upAfterMs, board, () => this.#comeUp(board, startsIn ?? board.mode));
    this.#wait(upAfterMs);
  }

  #restartStation(missesMs: number): void {
    const hasPassed = this.#seat !== null && this.#passed.has(this.#seat.attemptId);
    // One that has passed and is in its bootloader again, because its hub dropped off, is taken for another then.
    if (hasPassed && this.#board?.mode === 'dfu' && this.#board.attempts.size > 0) return;
    this.#due = this.#due.filter((due) => due.board !== null);
    if (this.#board !== null) this.#board.automatic = 0;
    // Nothing is kept of an attempt that only asked, and only a person has a board asked that had another attempt before.
    if (this.#board !== null && !this.#asked.isDisjointFrom(this.#board.attempts)) this.#board.attempts.clear();
    this.slot = this.#seat === null ? EMPTY : { is: 'remembered', ...this.#seat, hasPassed, lookedSinceMs: null };
    this.#hiddenUntilMs = this.#nowMs + missesMs;
    this.#scan();
    this.#wait(missesMs);
    this.#scan();
  }

  #flash({ end, upAfterMs, loaderMs, keptAfterMs }: Extract<Step, { do: 'flash' }>): void {
    const board = this.#board;
    const isFree = this.slot.is === 'waiting' || this.slot.is === 'ended';
    if (board === null || board.mode !== 'dfu' || !this.#isUp || !isFree) return;
    const attemptId = this.#begin(board);
    this.#tell({ on: 'begun', attemptId, device: this.#device() ?? expect.fail(), nowMs: this.#nowMs });
    this.#wait(500);
    if (end.outcome === 'pass') this.#blink(board, 'application', { awayMs: upAfterMs, loaderMs });
    // The engine has seen it run, or that it is gone and stays so.
    if (end.outcome === 'pass') this.#wait(Math.min(upAfterMs, RESET_MS_MAX));
    const cameUp = end.outcome === 'pass' && upAfterMs <= RESET_MS_MAX && loaderMs === 0;
    if (end.outcome === 'pass') this.#passed.add(attemptId);
    this.#tell({ on: 'ended', attemptId, end: { ...end, cameUp }, nowMs: this.#nowMs });
    this.#after(keptAfterMs, null, () => this.#kept(attemptId));
  }

  #ask({ obeysAfterMs, awayMs, stoppedAfterMs }: Extract<Step, { do: 'ask' }>): void {
    const board = this.#board;
    const isFree = this.slot.is === 'waiting' || this.slot.is === 'ended';
    if (board === null || board.mode !== 'application' || !this.#isUp || !isFree) return;
    const attemptId = this.#begin(board);
    this.#asked.add(attemptId);
    this.#tell({ on: 'asked', attemptId });
    this.#after(obeysAfterMs, board, () => this.#blink(board, 'dfu', { awayMs }));
    this.#wait(stoppedAfterMs);
    this.#tell({ on: 'ended', attemptId, end: STOP, nowMs: this.#nowMs });
    this.#kept(attemptId);
  }

  #kept(attemptId: string): void {
    this.#tell({ on: 'kept', attemptId });
  }

  #begin(board: Board): string {
    const isAutomatic = this.slot.is === 'waiting' && this.slot.perhapsOf === null;
    board.automatic = isAutomatic ? board.automatic + 1 : 0;
    const attemptId = `attempt ${this.#boardOf.size}`;
    board.attempts.add(attemptId);
    this.#boardOf.set(attemptId, board);
    return attemptId;
  }

  /** It leaves the bus by itself and comes back; a hand that pulls it meanwhile keeps it from that. */
  #blink(board: Board, mode: Board['mode'], { awayMs, loaderMs = 0 }: { awayMs: number; loaderMs?: number }): void {
    this.#isUp = false;
    board.mode = mode;
    // What it was asked before, a board that restarts has forgotten.
    this.#due = this.#due.filter((due) => due.board !== board);
    this.#scan();
    if (loaderMs === 0) this.#after(awayMs, board, () => this.#comeUp(board, mode));
    else this.#after(awayMs, board, () => this.#load(board, mode, { awayMs, loaderMs }));
  }

  /** A loader without a serial port goes before the firmware. */
  #load(board: Board, mode: Board['mode'], { awayMs, loaderMs }: { awayMs: number; loaderMs: number }): void {
    this.#stranger = { address: ++this.#addresses };
    this.#scan();
    this.#after(loaderMs, board, () => {
      this.#stranger = null;
      this.#blink(board, mode, { awayMs: Math.min(awayMs, RESET_MS_MAX - 100) });
    });
  }

  #comeUp(board: Board, mode: Board['mode']): void {
    board.mode = mode;
    board.address = ++this.#addresses;
    this.#isUp = true;
    this.#scan();
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
      hubMoved: this.#hub !== this.#hubSeen,
      moment: 'now',
      seatingId: `seating ${this.#nowMs}`,
    });
    this.#scannedMs = this.#nowMs;
    this.#hubSeen = this.#hub;
    this.#judge();
  }

  #device(): BusDevice | null {
    if (this.#nowMs < this.#hiddenUntilMs) return null;
    const said = { path: '1-1', vendorId: 0x0483, bcdDevice: 0x2200, usbSerial: null };
    if (this.#stranger !== null) return { ...said, ...this.#stranger, productId: 1, mode: 'other' };
    if (this.#board === null || !this.#isUp) return null;
    const { mode, address } = this.#board;
    return { ...said, address, productId: mode === 'dfu' ? 0xdf11 : 0x5740, mode };
  }

  #tell(event: SlotEvent): void {
    this.slot = next(this.slot, event);
    const seen = attemptedBoard(this.slot);
    if (seen?.device) this.#seat = { seating: seen.seating, attemptId: seen.attemptId, address: seen.device.address };
  }

  /** What must hold after every look, whatever hands do. */
  #judge(): void {
    const shown = benchState(this.slot);
    if (this.#board === null || !this.#isUp || this.#nowMs < this.#hiddenUntilMs) return;
    if (shown.is === 'ended' && shown.present)
      expect(this.#boardOf.get(shown.attemptId)?.id, 'shows its verdict on another board').toBe(this.#board.id);
    if (shown.is !== 'waiting' || shown.perhapsOf !== null) return;
    if (this.#board.isWeak) expect(this.#board.automatic, 'is worked on for ever').toBeLessThan(TRIES_MAX);
    else expect([...this.#board.attempts], 'would be worked on a second time by itself').toEqual([]);
  }
}

const ms = (max: number, min = 0) => fc.integer({ min, max });
const mode = fc.constantFrom('dfu' as const, 'application' as const);
const loaderMs = fc.oneof(fc.constant(0), ms(8_000, 100));
const step: fc.Arbitrary<Step> = fc.oneof(
  ms(20_000).map((waited): Step => ({ do: 'wait', ms: waited })),
  // No hand is faster than a reset may take.
  fc.record({ do: fc.constant('swap' as const), mode, gapMs: ms(12_000, RESET_MS_MAX) }),
  fc.record({
    do: fc.constant('flash' as const),
    end: fc.constantFrom(PASS, FAIL, CRASH),
    upAfterMs: ms(9_000, 50),
    loaderMs,
    keptAfterMs: fc.oneof(fc.constant(0), ms(9_000)),
  }),
  fc.record({
    do: fc.constant('ask' as const),
    obeysAfterMs: ms(2_000),
    awayMs: ms(5_000, 50),
    stoppedAfterMs: ms(8_000),
  }),
  fc.record({ do: fc.constant('restart' as const), awayMs: ms(RESET_MS_MAX - 100, 50), loaderMs }),
  fc.record({
    do: fc.constant('brown out' as const),
    awayMs: ms(DROPPED_MS_MAX - RESCAN_MS, 50),
    keptAfterMs: fc.oneof(fc.constant(0), ms(9_000)),
  }),
  fc.record({
    do: fc.constant('drop hub' as const),
    offMs: ms(100_000, 100),
    upAfterMs: ms(ENUMERATED_MS_MAX - RESCAN_MS, 100),
    isJumperSet: fc.boolean(),
  }),
  ms(ENUMERATED_MS_MAX - RESCAN_MS).map((missesMs): Step => ({ do: 'restart station', missesMs })),
  ms(12_000, RESET_MS_MAX).map((gapMs): Step => ({ do: 'plug stick', gapMs })),
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
