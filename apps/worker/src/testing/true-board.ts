import { expect } from 'vitest';
import { TRIES_MAX } from '../slots/same-board.ts';
import type { SlotState } from '../slots/slot.ts';
import { benchState } from '../slots/slot-views.ts';
import type { Mode, Swap } from './port-steps.ts';

/** A board as it really is, which nobody but this model knows. */
export interface Board {
  readonly id: number;
  readonly isMute: boolean;
  mode: Mode;
  address: number;
  /** Attempts on it since a hand plugged it in. */
  readonly attempts: Set<string>;
  /** How many in a row began by themselves while the station ran. */
  automatic: number;
  /** Its supply is so weak that it drops off in an attempt. */
  isWeak: boolean;
  /** It came in such a way, and stayed so, that nobody can take it for the one before. */
  isNew: boolean;
}

/** A board that a hand plugs in. */
export function newBoard(id: number, { mode, isMute }: Swap, isNew: boolean): Board {
  return { id, isMute, mode, address: 0, attempts: new Set(), automatic: 0, isWeak: false, isNew };
}

/** How often what is to be shown here came to pass. */
export type Counted = Record<'looks' | 'newcomers' | 'flashes' | 'asked' | 'refused' | 'tired', number>;

/** What must hold after every look that shows this board, whatever hands do. `boardOf` has the board of each attempt. */
export function judge(board: Board, slot: SlotState, boardOf: ReadonlyMap<string, Board>, counted: Counted): void {
  counted.looks++;
  const shown = benchState(slot);
  if (shown.is === 'ended' && shown.present)
    expect(boardOf.get(shown.attemptId)?.id, 'shows its verdict on another board').toBe(board.id);
  if (shown.is !== 'waiting') return;
  if (board.isNew) {
    counted.newcomers++;
    expect(shown.perhapsOf, 'waits for a person, although it is certainly another').toBeNull();
  }
  if (shown.perhapsOf !== null) {
    if (board.isWeak) counted.tired++;
    return;
  }
  expect(board.automatic, 'is worked on for ever').toBeLessThan(TRIES_MAX);
  if (!board.isWeak) expect([...board.attempts], 'would be worked on a second time by itself').toEqual([]);
}
