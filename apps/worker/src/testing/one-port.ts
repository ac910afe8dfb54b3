import type { BusDevice } from '@flashline/dfuse';
import type { Seat as KeptSeat } from '@flashline/store';
import { expect } from 'vitest';
import type { End } from '../slots/aftermath.ts';
import { DROPPED_MS_MAX, RESET_MS_MAX, TRIES_MAX } from '../slots/same-board.ts';
import { EMPTY, type SlotEvent, type SlotState } from '../slots/slot.ts';
import { next } from '../slots/slot-state.ts';
import { attemptedBoard } from '../slots/slot-views.ts';
import { Agenda } from './agenda.ts';
import {
  type Delay,
  ERROR,
  type Mode,
  NEVER_BACK_MS,
  OTHER_THERE,
  RESCAN_MS,
  type Reset,
  STOP,
  type Step,
  type Swap,
  type Work,
} from './port-steps.ts';
import { type Board, type Counted, judge, newBoard } from './true-board.ts';
import { type PortLook, TruePort } from './true-port.ts';
import { UnheardLooks } from './unheard-looks.ts';

/** An attempt that has begun, and the board that it is on. */
interface Begun {
  readonly board: Board;
  readonly attemptId: string;
}

type Seat = Omit<KeptSeat, 'slot'>;

/** One port, the boards that come and go on it, and the slot that is made of looks at it. */
export class OnePort {
  #slot: SlotState = EMPTY;
  #scannedMs = 0;
  #ids = 0;
  readonly #port = new TruePort();
  #hubSeen = 0;
  #delay: Delay = { lagMs: 0, lateMs: 0 };
  /** The board that is there has failed, and nothing has happened since. */
  #hasFailed = false;
  /** What a journal has of the last attempt here. */
  #seat: Seat | null = null;
  readonly counted: Counted = { looks: 0, newcomers: 0, flashes: 0, asked: 0, refused: 0, tired: 0 };
  readonly #passed = new Set<string>();
  readonly #asked = new Set<string>();
  readonly #boardOf = new Map<string, Board>();
  readonly #boardAt = new Map<number, Board>();
  /** What is to happen to boards by themselves, and to nobody in particular. */
  readonly #agenda = new Agenda<Board | null>();
  readonly #looks = new UnheardLooks(this.#agenda, (look) => this.#hear(look));

  take(step: Step): void {
    switch (step.do) {
      case 'wait':
        this.#wait(step.ms);
        return;
      case 'swap':
        this.#swap(step);
        return;
      case 'flash':
        this.#work(this.#begin('dfu'), step);
        return;
      case 'ask':
        this.#ask(step);
        return;
      case 'restart':
        if (this.#port.board?.mode === 'application' && this.#port.isUp)
          this.#blink(this.#port.board, 'application', step);
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
      case 'delay':
        this.#delay = step;
        return;
      case 'miss':
        this.#miss();
        return;
      case 'plug stick':
        this.#pull(step.gapMs);
        this.#port.stranger = this.#port.newAddress();
        this.#scan();
        return;
      default:
        step satisfies never;
    }
  }

  #pull(gapMs: number): void {
    this.#hasFailed = false;
    this.#port.empty();
    this.#scan();
    this.#wait(gapMs);
  }

  /** While it comes or goes, or the slot hears late of its looks, a missed one would be one chance too many. No kernel misses any. */
  #miss(): void {
    if (!this.#agenda.isEmpty || this.#delay.lagMs > 0 || this.#delay.lateMs > 0) return;
    this.#scan({ isMissed: true });
    this.#wait(RESCAN_MS);
  }

  #swap(swap: Swap): void {
    const isNew = swap.gapMs > (this.#hasFailed ? DROPPED_MS_MAX + RESCAN_MS : NEVER_BACK_MS);
    this.#pull(swap.gapMs);
    this.#port.board = newBoard(++this.#ids, swap, isNew);
    this.#comeUp(this.#port.board, swap.mode);
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
    const board = this.#port.board;
    this.#isNewNoMore();
    // Not told apart from another: one that passed, was in its bootloader after that, and had its station restarted, too.
    const startsIn = isJumperSet && this.#slot.is !== 'remembered' ? 'dfu' : board?.mode;
    this.#port.clear();
    this.#port.hub++;
    // Without current everything has forgotten what it was about to do.
    this.#agenda.forget((owner) => owner !== null);
    this.#scan();
    this.#wait(offMs);
    this.#port.hub++;
    this.#scan();
    if (board === null) return;
    // One that was away for long may be another, and is tried anew.
    board.automatic = 0;
    this.#agenda.after(upAfterMs, board, () => this.#comeUp(board, startsIn ?? board.mode));
    this.#wait(upAfterMs);
  }

  #restartStation(missesMs: number): void {
    const hasPassed = this.#seat !== null && this.#passed.has(this.#seat.attemptId);
    // One that has passed and is in its bootloader again, because its hub dropped off, is taken for another then.
    if (hasPassed && this.#port.board?.mode === 'dfu' && this.#port.board.attempts.size > 0) return;
    this.#agenda.forget((owner) => owner === null);
    this.#looks.forget();
    if (this.#port.board !== null) this.#port.board.automatic = 0;
    this.#isNewNoMore();
    // What an attempt that only asked leaves says too little, and only a person has a board asked that had another attempt before.
    const isOnlyAsked = this.#seat !== null && this.#asked.has(this.#seat.attemptId);
    if (this.#port.board !== null && (isOnlyAsked || !this.#asked.isDisjointFrom(this.#port.board.attempts)))
      this.#port.board.attempts.clear();
    this.#slot = this.#seat === null ? EMPTY : { is: 'remembered', ...this.#seat, hasPassed, lookedSinceMs: null };
    this.#port.hiddenUntilMs = this.#agenda.nowMs + missesMs;
    this.#scan();
    this.#wait(missesMs);
    this.#scan();
  }

  #ask({ obeysAfterMs, awayMs, givenUpAfterMs, meanwhile, work }: Extract<Step, { do: 'ask' }>): void {
    const begun = this.#begin('application');
    if (begun === null) return;
    const { board, attemptId } = begun;
    this.#agenda.after(obeysAfterMs, board, () => this.#blink(board, 'dfu', { awayMs }));
    this.#wait(givenUpAfterMs);
    const met = this.#port.board === board && board.mode === 'dfu' ? this.#device() : null;
    if (met === null) {
      this.#end(attemptId, STOP, 0);
      return;
    }
    this.#tell({ on: 'met', attemptId, device: met, nowMs: this.#agenda.nowMs });
    this.#meanwhile(board, meanwhile);
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

  #meanwhile(board: Board, what: Swap | Reset | null): void {
    if (what?.do === 'swap') this.#swap(what);
    if (what?.do !== 'reset') return;
    this.#blink(board, 'dfu', what);
    this.#wait(what.awayMs);
  }

  #work(begun: Begun | null, work: Work): void {
    if (begun === null) return;
    const { board, attemptId } = begun;
    const { end, resetsMs, upAfterMs, loaderMs, keptAfterMs } = work;
    for (const awayMs of [0, ...resetsMs]) {
      if (awayMs > 0) this.#blink(board, 'dfu', { awayMs });
      this.#wait(awayMs);
      this.#tell({ on: 'met', attemptId, device: this.#device() ?? expect.fail(), nowMs: this.#agenda.nowMs });
      this.#wait(300);
    }
    const resets = resetsMs.length > 0;
    if (end.outcome !== 'pass') {
      this.#end(attemptId, { ...end, resets }, keptAfterMs);
      this.#hasFailed = end.outcome === 'fail' && !resets && this.#port.board === board;
      return;
    }
    this.#passed.add(attemptId);
    this.#blink(board, 'application', { awayMs: upAfterMs, loaderMs });
    // The engine has seen its loader or its firmware, or that it is gone and stays so.
    this.#wait(Math.min(upAfterMs, RESET_MS_MAX));
    const cameUp = upAfterMs <= RESET_MS_MAX;
    this.#end(attemptId, { ...end, resets, cameUp }, keptAfterMs);
  }

  /**
   * Begins an attempt on what the slot shows in this mode; null when it shows nothing of the kind, or when something else is there by
   * now: then nothing is done to it.
   */
  #begin(mode: Mode): Begun | null {
    const device = this.#seen();
    const isFree = this.#slot.is === 'waiting' || this.#slot.is === 'ended';
    if (!isFree || device?.mode !== mode) return null;
    const isAutomatic = this.#slot.is === 'waiting' && this.#slot.perhapsOf === null;
    const board = this.#boardAt.get(device.address) ?? expect.fail();
    const attemptId = `attempt ${this.#boardOf.size}`;
    this.#boardOf.set(attemptId, board);
    if (mode === 'dfu') this.#tell({ on: 'begun', attemptId, device });
    else {
      this.#asked.add(attemptId);
      this.#tell({ on: 'asked', attemptId });
    }
    if (this.#device()?.address !== device.address) {
      this.#end(attemptId, OTHER_THERE, 0);
      return null;
    }
    board.automatic = isAutomatic ? board.automatic + 1 : 0;
    board.attempts.add(attemptId);
    board.isNew = false;
    this.counted[mode === 'dfu' ? 'flashes' : 'asked']++;
    return { board, attemptId };
  }

  #end(attemptId: string, end: End, keptAfterMs: number): void {
    if (end === OTHER_THERE) this.counted.refused++;
    const seatingId = `end of ${attemptId}`;
    this.#tell({ on: 'ended', attemptId, end, nowMs: this.#agenda.nowMs, moment: 'now', seatingId });
    this.#agenda.after(keptAfterMs, null, () => this.#tell({ on: 'kept', attemptId }));
    if (keptAfterMs === 0) this.#wait(0);
  }

  /** It leaves the bus by itself and comes back; a hand that pulls it meanwhile keeps it from that. */
  #blink(board: Board, mode: Mode, { awayMs, loaderMs = 0 }: { awayMs: number; loaderMs?: number }): void {
    this.#port.isUp = false;
    board.mode = mode;
    this.#isNewNoMore();
    // What it was asked before, a board that restarts has forgotten.
    this.#agenda.forget((owner) => owner === board);
    this.#scan();
    if (loaderMs === 0) this.#agenda.after(awayMs, board, () => this.#comeUp(board, mode));
    else this.#agenda.after(awayMs, board, () => this.#load(board, mode, { awayMs, loaderMs }));
  }

  /** A loader without a serial port goes before the firmware. */
  #load(board: Board, mode: Mode, { awayMs, loaderMs }: { awayMs: number; loaderMs: number }): void {
    this.#port.stranger = this.#port.newAddress();
    this.#scan();
    this.#agenda.after(loaderMs, board, () => {
      this.#port.stranger = null;
      this.#blink(board, mode, { awayMs: Math.min(awayMs, RESET_MS_MAX - 100) });
    });
  }

  #comeUp(board: Board, mode: Mode): void {
    board.mode = mode;
    board.address = this.#port.newAddress();
    this.#boardAt.set(board.address, board);
    this.#port.comeUp(this.#agenda.nowMs + this.#delay.lateMs);
    this.#scan();
    if (this.#delay.lateMs > 0) this.#agenda.after(this.#delay.lateMs, board, () => this.#scan());
  }

  #isNewNoMore(): void {
    this.#hasFailed = false;
    if (this.#port.board !== null) this.#port.board.isNew = false;
  }

  #wait(ms: number): void {
    const endMs = this.#agenda.nowMs + ms;
    for (;;) {
      const due = this.#agenda.next(Math.min(endMs, this.#scannedMs + RESCAN_MS));
      if (due !== null) {
        if (due.owner === null || due.owner === this.#port.board) due.act();
      } else if (this.#agenda.nowMs === this.#scannedMs + RESCAN_MS) this.#scan();
      else return;
    }
  }

  /** One look at the port. */
  #scan({ isMissed = false } = {}): void {
    const { nowMs } = this.#agenda;
    const shown = isMissed ? { device: null, arriving: null } : this.#port.shown(nowMs);
    const event: SlotEvent = {
      on: 'scanned',
      ...shown,
      nowMs,
      unseenMs: nowMs - this.#scannedMs,
      hubMoved: this.#port.hub !== this.#hubSeen,
      moment: 'now',
      seatingId: `seating ${nowMs}`,
    };
    this.#scannedMs = nowMs;
    this.#hubSeen = this.#port.hub;
    this.#looks.add({ event, device: shown.device, board: this.#port.board }, this.#delay.lagMs);
  }

  #hear({ event, device, board }: PortLook): void {
    this.#tell(event);
    // What the slot knows from elsewhere may be newer.
    if (board !== null && device !== null && this.#seen()?.address === device.address)
      judge(board, this.#slot, this.#boardOf, this.counted);
  }

  #device(): BusDevice | null {
    return this.#port.device(this.#agenda.nowMs);
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
}
