import { FAULTS, type FaultCode, type Outcome, type PhaseName, type SlotState } from '@flashline/contracts';
import type { Demand } from '../orders/shown-order.ts';
import { usbIdText } from './formats.ts';

/**
 * How a thing looks; each tone has its own colour, its own shape and its own fill. `pulled` is a pass that has left, `doubt` a board
 * that may be the one from before, `boot0` one that is wanted and that nobody but a person brings into its bootloader, `unit` one
 * that is wanted and of which nobody has said which unit it is.
 */
export type Tone =
  | 'empty'
  | 'offline'
  | 'stranger'
  | 'doubt'
  | 'boot0'
  | 'unit'
  | 'waiting'
  | 'queued'
  | 'running'
  | 'pass'
  | 'pulled'
  | 'fail'
  | 'error'
  | 'aborted';

/** A slot in words: what it is, and what the person in front of it does. */
export interface Face {
  readonly tone: Tone;
  readonly word: string;
  /** One sentence; for a board in work it says to leave it alone. */
  readonly hint: string;
  /** 0 to 99 while a board is in work, null otherwise. */
  readonly percent: number | null;
}

/** The words for how an attempt ended. */
export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  pass: 'Pass',
  fail: 'Fail',
  error: 'Station error',
  aborted: 'Stopped',
};

/** A phase as what the board goes through right now. */
const PHASE_WORDS: Readonly<Record<PhaseName, string>> = {
  enter: 'Asking',
  identify: 'Identifying',
  plan: 'Planning',
  erase: 'Erasing',
  write: 'Writing',
  verify: 'Verifying',
  lock: 'Locking',
  leave: 'Leaving',
  confirm: 'Confirming',
};

/** How a slot looks and what it says. What becomes of a board that waits depends on the order, not on the slot. */
export function faceOf(state: SlotState, demand: Demand): Face {
  switch (state.is) {
    case 'offline':
      return still('offline', 'No contact', 'The station does not answer for this slot.');
    case 'empty':
      return still('empty', 'Empty', 'Plug a board in.');
    case 'stranger':
      return still(
        'stranger',
        'Not a board',
        `${usbIdText(state.vendorId, state.productId)} is not in its bootloader. Hold BOOT0 and plug it in again.`,
      );
    case 'waiting':
      return waitingFace(state, demand);
    case 'queued':
      return still('queued', 'Queued', 'Starts in a moment. Leave it in.');
    case 'running':
      return {
        tone: 'running',
        word: state.phase === null ? 'Starting' : PHASE_WORDS[state.phase],
        hint: 'Leave it in.',
        percent: Math.floor(state.progress * 100),
      };
    case 'done':
      return state.outcome === 'pass' && !state.present
        ? still('pulled', OUTCOME_WORDS.pass, 'Plug the next board in.')
        : still(state.outcome, OUTCOME_WORDS[state.outcome], adviceFor(state.fault));
    default:
      return state satisfies never;
  }
}

/** Whether a board that waits can be worked on as it is. One that runs its firmware must be asked into its bootloader. */
export function canRun({ ready }: Waiting, { asksBoards }: Demand): boolean {
  return ready || asksBoards;
}

type Waiting = Extract<SlotState, { is: 'waiting' }>;

function waitingFace(state: Waiting, demand: Demand): Face {
  const word = state.ready ? 'Waiting' : 'Firmware runs';
  if (state.perhapsOf !== null) {
    const other = canRun(state, demand) ? 'flash it by hand' : 'this one with BOOT0';
    return still('doubt', 'In doubt', `The same board? Pull it and plug the next one in, or ${other}.`);
  }
  if (canRun(state, demand))
    return demand.wantsBoards && demand.needsUnits
      ? still('unit', 'Scan label', 'Which unit is it? Scan its label in this slot, or start it over the API.')
      : still('waiting', word, demand.why);
  return demand.wantsBoards
    ? still('boot0', 'Hold BOOT0', 'Its firmware runs. Hold BOOT0 and plug it in again.')
    : still('waiting', word, 'To flash it, hold BOOT0 and plug it in again.');
}

/** What the person at the bench does about a result; a pass has no fault. */
export function adviceFor(fault: FaultCode | null): string {
  return fault === null ? 'Pull the board.' : FAULTS[fault].do;
}

function still(tone: Tone, word: string, hint: string): Face {
  return { tone, word, hint, percent: null };
}
