import type { Outcome, Slot } from '@flashline/contracts';
import { adviceFor, OUTCOME_WORDS } from '../words/slot-face.ts';
import type { Clock } from './clock.ts';

/** Boards of one load end together; they are told in one line instead of talking over each other. */
export const GATHER_MS = 600;

/** More advice than this in one line is noise: the screen lists the rest. */
const ADVICE_MAX = 3;

const URGENCY: readonly Outcome[] = ['fail', 'error', 'aborted', 'pass'];

/** Gathers finished slots and tells them in one line; `tell` hears the most urgent outcome among them, too. */
export function createAnnouncer(clock: Clock, tell: (line: string, worst: Outcome) => void): (slot: Slot) => void {
  let gathered: Slot[] = [];
  return (slot) => {
    gathered.push(slot);
    if (gathered.length > 1) return;
    clock.after(GATHER_MS, () => {
      const slots = gathered;
      gathered = [];
      const worst = URGENCY.find((outcome) => slots.some((each) => outcomeIn(each) === outcome));
      if (worst !== undefined) tell(announcementOf(slots), worst);
    });
  };
}

/** One line a screen reader speaks: the worst first, with what to do. */
export function announcementOf(slots: readonly Slot[]): string {
  return URGENCY.flatMap((outcome) => {
    const same = slots.filter((slot) => outcomeIn(slot) === outcome);
    if (same.length === 0) return [];
    if (outcome === 'pass' || same.length > ADVICE_MAX)
      return [`${OUTCOME_WORDS[outcome]}: ${same.map(({ label }) => label).join(', ')}.`];
    return same.map((slot) => `${slot.label}: ${OUTCOME_WORDS[outcome]}. ${adviceIn(slot)}`);
  }).join(' ');
}

function outcomeIn({ state }: Slot): Outcome | null {
  return state.is === 'done' ? state.outcome : null;
}

function adviceIn({ state }: Slot): string {
  return state.is === 'done' ? adviceFor(state.fault) : '';
}
