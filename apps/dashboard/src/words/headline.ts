import { countText, plural } from './formats.ts';
import type { Tone } from './slot-face.ts';

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
  doubt: 0,
  stranger: 0,
  boot0: 0,
  unit: 0,
  running: 0,
  queued: 0,
  waiting: 0,
  pass: 0,
  pulled: 0,
  empty: 0,
  offline: 0,
};

/** What needs a hand, worst first, and how it is counted. A pass only wants to be pulled and is seen from afar. */
const HANDS = [
  ['fail', (count) => `${plural(count, 'board')} failed`],
  ['error', (count) => plural(count, 'station error')],
  ['aborted', (count) => `${countText(count)} stopped`],
  ['doubt', (count) => `${plural(count, 'board')} in doubt`],
  ['stranger', (count) => `${countText(count)} not ${count === 1 ? 'a board' : 'boards'}`],
  ['boot0', (count) => `${plural(count, 'board')} ${need(count)} BOOT0`],
  ['unit', (count) => `${plural(count, 'label')} to scan`],
] as const satisfies readonly (readonly [Tone, (count: number) => string])[];

/** Kinds of trouble that one line has room for. */
const HANDS_TOLD_MAX = 4;

/** The tones of slots that need a hand, worst first. */
export const NEEDS_A_HAND: readonly Tone[] = HANDS.map(([tone]) => tone);

/** Counts slots by how they look. */
export function tallyOf(tones: readonly Tone[]): Tally {
  const tally = { ...NOTHING };
  for (const tone of tones) tally[tone] += 1;
  return tally;
}

/**
 * What is most urgent on the bench. The tone is `pass` only when every board there is has passed and every slot can be
 * seen: a mixed batch never gets a green headline.
 */
export function headlineOf(tally: Tally): Headline {
  const worst = NEEDS_A_HAND.find((tone) => tally[tone] > 0);
  if (worst !== undefined) return { tone: worst, text: handsText(tally) };
  if (tally.running + tally.queued > 0)
    return { tone: 'running', text: `${plural(tally.running + tally.queued, 'board')} in work` };
  if (tally.waiting > 0) return { tone: 'waiting', text: `${plural(tally.waiting, 'board')} waiting` };
  if (tally.offline > 0) return { tone: 'offline', text: `No contact to ${plural(tally.offline, 'slot')}` };
  if (tally.pass > 0) return { tone: 'pass', text: `${plural(tally.pass, 'board')} passed. Pull ${them(tally.pass)}.` };
  return { tone: 'empty', text: tally.pulled > 0 ? 'Plug the next boards in' : 'Plug a board into any slot' };
}

function handsText(tally: Tally): string {
  const hands = HANDS.filter(([tone]) => tally[tone] > 0);
  const told = hands.slice(0, HANDS_TOLD_MAX).map(([tone, text]) => text(tally[tone]));
  const more = hands.slice(HANDS_TOLD_MAX).reduce((sum, [tone]) => sum + tally[tone], 0);
  return [...told, ...(more === 0 ? [] : [`${countText(more)} more ${need(more)} a hand`])].join(', ');
}

function need(count: number): string {
  return count === 1 ? 'needs' : 'need';
}

function them(count: number): string {
  return count === 1 ? 'it' : 'them';
}
