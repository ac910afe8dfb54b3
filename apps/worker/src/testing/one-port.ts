import type { BusDevice } from '@flashline/dfuse';
import type { Seat as KeptSeat } from '@flashline/store';
import { expect } from 'vitest';
import type { End } from '../slots/aftermath.ts';
import { RESET_MS_MAX, TRIES_MAX } from '../slots/same-board.ts';
import { EMPTY, type SlotEvent, type SlotState } from '../slots/slot.ts';
import { next } from '../slots/slot-state.ts';
import { attemptedBoard, benchState } from '../slots/slot-views.ts';
import type { Mode, Step, Swap, Work } from './port-steps.ts';

/** A board as it really is, which nobody but this model knows. */
interface Board {
  readonly id: number;
  mode: Mode;
  address: number;
  /** Attempts on it since a hand plugged it in. */
  readonly attempts: Set<string>;
  /** How many in a row began by themselves while the station ran. */
  automatic: number;
  /** Its supply is so weak that it drops off in an attempt. */
  isWeak: boolean;
}

/** A look at the port, and the board that was seen. */
interface PortLook {
  readonly event: SlotEvent;
  readonly device: BusDevice | null;
  readonly board: Board | null;
}

type Seat = Omit<KeptSeat, 'slot'>;

/** The station looks this often without a hint. */
export const RESCAN_MS = 1000;
const ERROR: End = { outcome: 'error', fault: 'BOARD_GONE', resets: false, cameUp: false };
const OTHER_THERE: End = { ...ERROR, fault: 'SEATING_ENDED' };
const STOP: End = { ...ERROR, outcome: 'aborted', fault: 'CANCELLED' };

/** One port, the boards that come and go on it, and the slot that is made of looks at it. Every board says the same of itself. */
export class OnePort {
  #slot: SlotState = EMPTY;
  #nowMs = 0;
  #scannedMs = 0;
  #addresses = 0;
  #ids = 0;
  #board: Board | null = null;
  /** Plugged in, and on the bus. */
  #isUp = false;
  /** The address of a stranger that is there: a loader without a serial port, or a memory stick. */
  #stranger: number | null = null;
  /** Changes whenever the hub leaves or comes back. */
  #hub = 0;
  #hubSeen = 0;
  /** Not seen before, although it is there. */
  #hiddenUntilMs = 0;
  /** Looks of which the slot has not heard, the oldest first. */
  #looks: PortLook[] = [];
  #lagMs = 0;
  #heardMs = 0;
  /** What a journal has of the last attempt here. */
  #seat: Seat | null = null;
  /** How many looks showed a board. */
  judged = 0;
  readonly #passed = new Set<string>();
  readonly #asked = new Set<string>();
  readonly #boardOf = new Map<string, Board>();
  readonly #boardAt = new Map<number, Board>();
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
      case 'lag':
        this.#lagMs = step.ms;
        return;
      case 'plug stick':
        this.#pull(step.gapMs);
        this.#stranger = ++this.#addresses;
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

  #swap({ mode, gapMs }: Swap): void {
    this.#pull(gapMs);
    const board = { id: ++this.#ids, mode, address: 0, attempts: new Set<string>(), automatic: 0, isWeak: false };
    this.#board = board;
    this.#comeUp(board, mode);
  }

  #brownOut({ awayMs, keptAfterMs }: Extract<Step, { do: 'brown out' }>): void {
    const isWanted = this.#slot.is === 'waiting' && this.#slot.perhapsOf === null;
    const begun = isWanted ? this.#begin('dfu') : null;
    if (begun === null) return;
    const { board, attemptId } = begun;
    board.isWeak = true;
    this.#wait(300);
    this.#blink(board, 'dfu', { awayMs });
    this.#end(attemptId, ERROR, keptAfterMs);
    this.#wait(Math.max(awayMs, keptAfterMs) + RESCAN_MS);
  }

  #dropHub({ offMs, upAfterMs, isJumperSet }: Extract<Step, { do: 'drop hub' }>): void {
    const board = this.#board;
    // Not told apart from another: one that passed, was in its bootloader after that, and had its station restarted, too.
    const startsIn = isJumperSet && this.#slot.is !== 'remembered' ? 'dfu' : board?.mode;
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
    // One that was away for long may be another, and is tried anew.
    board.automatic = 0;
    this.#after(upAfterMs, board, () => this.#comeUp(board, startsIn ?? board.mode));
    this.#wait(upAfterMs);
  }

  #restartStation(missesMs: number): void {
    const hasPassed = this.#seat !== null && this.#passed.has(this.#seat.attemptId);
    // One that has passed and is in its bootloader again, because its hub dropped off, is taken for another then.
    if (hasPassed && this.#board?.mode === 'dfu' && this.#board.attempts.size > 0) return;
    this.#due = this.#due.filter((due) => due.board !== null);
    this.#looks = [];
    if (this.#board !== null) this.#board.automatic = 0;
    // Nothing is kept of an attempt that only asked, and only a person has a board asked that had another attempt before.
    if (this.#board !== null && !this.#asked.isDisjointFrom(this.#board.attempts)) this.#board.attempts.clear();
    this.#slot = this.#seat === null ? EMPTY : { is: 'remembered', ...this.#seat, hasPassed, lookedSinceMs: null };
    this.#hiddenUntilMs = this.#nowMs + missesMs;
    this.#scan();
    this.#wait(missesMs);
    this.#scan();
  }

  #flash(work: Work): void {
    const begun = this.#begin('dfu');
    if (begun !== null) this.#work(begun, work);
  }

  #ask({ obeysAfterMs, awayMs, givenUpAfterMs, meanwhile, work }: Extract<Step, { do: 'ask' }>): void {
    const begun = this.#begin('application');
    if (begun === null) return;
    const { board, attemptId } = begun;
    this.#asked.add(attemptId);
    this.#after(obeysAfterMs, board, () => this.#blink(board, 'dfu', { awayMs }));
    this.#wait(givenUpAfterMs);
    const met = this.#board === board && board.mode === 'dfu' ? this.#device() : null;
    if (met === null) {
      this.#end(attemptId, STOP, 0);
      return;
    }
    this.#tell({ on: 'met', attemptId, device: met, nowMs: this.#nowMs });
    if (meanwhile !== null) this.#swap(meanwhile);
    this.#tell({ on: 'begun', attemptId, device: met });
    if (this.#slot.is !== 'running' || this.#device()?.address !== met.address) {
      // Nothing was done to it: wherever it is, it may be worked on.
      board.attempts.delete(attemptId);
      this.#end(attemptId, OTHER_THERE, 0);
      return;
    }
    this.#asked.delete(attemptId);
    this.#work(begun, work);
  }

  #work({ board, attemptId }: { readonly board: Board; readonly attemptId: string }, work: Work): void {
    const { end, resetsMs, upAfterMs, loaderMs, keptAfterMs } = work;
    this.#wait(500);
    for (const awayMs of resetsMs) {
      this.#blink(board, 'dfu', { awayMs });
      this.#wait(awayMs);
      this.#tell({ on: 'met', attemptId, device: this.#device() ?? expect.fail(), nowMs: this.#nowMs });
      this.#wait(100);
    }
    const resets = resetsMs.length > 0;
    if (end.outcome !== 'pass') {
      this.#end(attemptId, { ...end, resets }, keptAfterMs);
      return;
    }
    this.#passed.add(attemptId);
    this.#blink(board, 'application', { awayMs: upAfterMs, loaderMs });
    // The engine has seen it run, or that it is gone and stays so.
    this.#wait(Math.min(upAfterMs, RESET_MS_MAX));
    const cameUp = upAfterMs <= RESET_MS_MAX && loaderMs === 0;
    this.#end(attemptId, { ...end, resets, cameUp }, keptAfterMs);
  }

  /**
   * Begins an attempt on what the slot shows in this mode; null when it shows nothing of the kind, or when something else is there by
   * now: then nothing is done to it.
   */
  #begin(mode: Mode): { readonly board: Board; readonly attemptId: string } | null {
    const device = this.#seen();
    const isFree = this.#slot.is === 'waiting' || this.#slot.is === 'ended';
    if (!isFree || device?.mode !== mode) return null;
    const isAutomatic = this.#slot.is === 'waiting' && this.#slot.perhapsOf === null;
    const board = this.#boardAt.get(device.address) ?? expect.fail();
    const attemptId = `attempt ${this.#boardOf.size}`;
    this.#boardOf.set(attemptId, board);
    if (mode === 'dfu') this.#tell({ on: 'begun', attemptId, device });
    else this.#tell({ on: 'asked', attemptId });
    if (this.#device()?.address !== device.address) {
      this.#end(attemptId, OTHER_THERE, 0);
      return null;
    }
    board.automatic = isAutomatic ? board.automatic + 1 : 0;
    board.attempts.add(attemptId);
    return { board, attemptId };
  }

  #end(attemptId: string, end: End, keptAfterMs: number): void {
    const seatingId = `end of ${attemptId}`;
    this.#tell({ on: 'ended', attemptId, end, nowMs: this.#nowMs, moment: 'now', seatingId });
    this.#after(keptAfterMs, null, () => this.#tell({ on: 'kept', attemptId }));
    if (keptAfterMs === 0) this.#wait(0);
  }

  /** It leaves the bus by itself and comes back; a hand that pulls it meanwhile keeps it from that. */
  #blink(board: Board, mode: Mode, { awayMs, loaderMs = 0 }: { awayMs: number; loaderMs?: number }): void {
    this.#isUp = false;
    board.mode = mode;
    // What it was asked before, a board that restarts has forgotten.
    this.#due = this.#due.filter((due) => due.board !== board);
    this.#scan();
    if (loaderMs === 0) this.#after(awayMs, board, () => this.#comeUp(board, mode));
    else this.#after(awayMs, board, () => this.#load(board, mode, { awayMs, loaderMs }));
  }

  /** A loader without a serial port goes before the firmware. */
  #load(board: Board, mode: Mode, { awayMs, loaderMs }: { awayMs: number; loaderMs: number }): void {
    this.#stranger = ++this.#addresses;
    this.#scan();
    this.#after(loaderMs, board, () => {
      this.#stranger = null;
      this.#blink(board, mode, { awayMs: Math.min(awayMs, RESET_MS_MAX - 100) });
    });
  }

  #comeUp(board: Board, mode: Mode): void {
    board.mode = mode;
    board.address = ++this.#addresses;
    this.#boardAt.set(board.address, board);
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

  /** One look at the port, of which the slot hears when its time has come, and never before an older one. */
  #scan(): void {
    const device = this.#device();
    const event: SlotEvent = {
      on: 'scanned',
      device,
      nowMs: this.#nowMs,
      unseenMs: this.#nowMs - this.#scannedMs,
      hubMoved: this.#hub !== this.#hubSeen,
      moment: 'now',
      seatingId: `seating ${this.#nowMs}`,
    };
    this.#scannedMs = this.#nowMs;
    this.#hubSeen = this.#hub;
    this.#looks.push({ event, device, board: this.#board });
    this.#heardMs = Math.max(this.#heardMs, this.#nowMs + this.#lagMs);
    if (this.#heardMs === this.#nowMs) for (const look of this.#looks.splice(0)) this.#hear(look);
    else this.#after(this.#heardMs - this.#nowMs, null, () => this.#hear(this.#looks.shift()));
  }

  #hear(look: PortLook | undefined): void {
    if (look === undefined) return;
    const { event, device, board } = look;
    this.#tell(event);
    // What the slot knows from elsewhere may be newer.
    if (device !== null && this.#seen()?.address === device.address && board !== null) this.#judge(board);
  }

  #device(): BusDevice | null {
    if (this.#nowMs < this.#hiddenUntilMs) return null;
    const said = { path: '1-1', vendorId: 0x0483, bcdDevice: 0x2200, usbSerial: null };
    if (this.#stranger !== null) return { ...said, address: this.#stranger, productId: 1, mode: 'other' };
    if (this.#board === null || !this.#isUp) return null;
    const { mode, address } = this.#board;
    return { ...said, address, productId: mode === 'dfu' ? 0xdf11 : 0x5740, mode };
  }

  /** What the slot takes to be on its port. */
  #seen(): BusDevice | null {
    return 'sight' in this.#slot ? this.#slot.sight.device : null;
  }

  #tell(event: SlotEvent): void {
    this.#slot = next(this.#slot, event);
    const seen = attemptedBoard(this.#slot);
    if (seen?.device) this.#seat = { seating: seen.seating, attemptId: seen.attemptId, address: seen.device.address };
  }

  /** What must hold after every look that shows this board, whatever hands do. */
  #judge(board: Board): void {
    this.judged++;
    const shown = benchState(this.#slot);
    if (shown.is === 'ended' && shown.present)
      expect(this.#boardOf.get(shown.attemptId)?.id, 'shows its verdict on another board').toBe(board.id);
    if (shown.is !== 'waiting' || shown.perhapsOf !== null) return;
    if (board.isWeak) expect(board.automatic, 'is worked on for ever').toBeLessThan(TRIES_MAX);
    else expect([...board.attempts], 'would be worked on a second time by itself').toEqual([]);
  }
}
