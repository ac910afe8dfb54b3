import { FAULTS, type FaultCode, type Outcome, type PhaseName, type SlotState } from '@flashline/contracts';
import type { WaitingHints } from '../orders/shown-order.ts';
import { usbIdText } from './formats.ts';

/** How a thing looks; each tone has its own colour, its own shape and its own fill. `pulled` is a pass that has left. */
export type Tone =
  | 'empty'
  | 'offline'
  | 'stranger'
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

const NO_HINTS: WaitingHints = { inBootloader: '', withFirmware: '' };

/** A phase as what the board goes through right now. */
const PHASE_WORDS: Readonly<Record<PhaseName, string>> = {
  identify: 'Identifying',
  plan: 'Planning',
  erase: 'Erasing',
  write: 'Writing',
  verify: 'Verifying',
  lock: 'Locking',
  leave: 'Leaving',
  confirm: 'Confirming',
};

/** How a slot looks and what it says. `hints` is why a board waits: that depends on the order, not on the slot. */
export function faceOf(state: SlotState, hints: WaitingHints = NO_HINTS): Face {
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
      return state.ready
        ? still('waiting', 'Waiting', hints.inBootloader)
        : still('waiting', 'Firmware runs', hints.withFirmware);
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

/** What the person at the bench does about a result; a pass has no fault. */
export function adviceFor(fault: FaultCode | null): string {
  return fault === null ? 'Pull the board.' : FAULTS[fault].do;
}

function still(tone: Tone, word: string, hint: string): Face {
  return { tone, word, hint, percent: null };
}
