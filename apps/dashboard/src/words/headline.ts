import type { SlotState } from '@flashline/contracts';
import { countText, plural } from './formats.ts';
import { faceOf, type Tone } from './slot-face.ts';

/** The one line over the bench. */
export interface Headline {
  readonly tone: Tone;
  readonly text: string;
}

/** How many slots look like what, in the order in which a person wants to know. */
export type Tally = Readonly<Record<Tone, number>>;

const NOTHING: Tally = {
  fail: 0,
  error: 0,
  aborted: 0,
  stranger: 0,
  running: 0,
  queued: 0,
  waiting: 0,
  pass: 0,
  pulled: 0,
  empty: 0,
  offline: 0,
};

/** Counts slots by how they look. */
export function tallyOf(states: readonly SlotState[]): Tally {
  const tally = { ...NOTHING };
  for (const state of states) tally[faceOf(state).tone] += 1;
  return tally;
}

/**
 * What is most urgent on the bench. The tone is `pass` only when every board there is has passed and every slot can be
 * seen: a mixed batch never gets a green headline.
 */
export function headlineOf(tally: Tally): Headline {
  const trouble = troubleText(tally);
  if (trouble !== null) return { tone: worst(tally), text: trouble };
  if (tally.running + tally.queued > 0)
    return { tone: 'running', text: `${plural(tally.running + tally.queued, 'board')} in work` };
  if (tally.waiting > 0) return { tone: 'waiting', text: `${plural(tally.waiting, 'board')} waiting` };
  if (tally.offline > 0) return { tone: 'offline', text: `No contact to ${plural(tally.offline, 'slot')}` };
  if (tally.pass > 0) return { tone: 'pass', text: `${plural(tally.pass, 'board')} passed. Pull ${them(tally.pass)}.` };
  return { tone: 'empty', text: tally.pulled > 0 ? 'Plug the next boards in' : 'Plug a board into any slot' };
}

function worst({ fail, error, aborted }: Tally): Tone {
  if (fail > 0) return 'fail';
  if (error > 0) return 'error';
  return aborted > 0 ? 'aborted' : 'stranger';
}

function troubleText({ fail, error, aborted, stranger }: Tally): string | null {
  const parts = [
    fail > 0 ? `${plural(fail, 'board')} failed` : null,
    error > 0 ? plural(error, 'station error') : null,
    aborted > 0 ? `${countText(aborted)} stopped` : null,
    stranger > 0 ? `${stranger} not ${stranger === 1 ? 'a board' : 'boards'}` : null,
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(', ');
}

function them(count: number): string {
  return count === 1 ? 'it' : 'them';
}
