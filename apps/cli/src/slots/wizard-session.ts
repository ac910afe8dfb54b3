import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { nextSearch, type SearchEvent, type SlotSearch, searchFor } from '@flashline/contracts';
import { followBus, type OnScan } from '@flashline/worker';
import type { ChosenBus } from '../bus-choice.ts';
import { noteWords, questionWords, unmovedWords } from './wizard-words.ts';

/** Somebody at a bench, and what they are told. */
export interface WizardPlace {
  readonly bus: Pick<ChosenBus, 'choice'>;
  readonly keyboard: Readable;
  readonly tell: (line: string) => void;
  /** Aborted when the person wants the command to end. */
  readonly signal: AbortSignal;
}

/** Asks for these slots one after another; resolves with the ports by label, or with null when it was ended before. */
export async function askForSlots(
  labels: readonly string[],
  { bus, keyboard, tell, signal }: WizardPlace,
): Promise<ReadonlyMap<string, string> | null> {
  const done = new AbortController();
  let search = searchFor(labels);
  let asked: string | null = null;
  let said: string | null = null;
  const on = (event: SearchEvent) => {
    const before = search;
    search = nextSearch(before, event);
    const { at, note, seen, unmoved } = search;
    if (note !== null && note !== before.note) tell(noteWords(note));
    if (before.seen === null && unmoved.length > 0) tell(unmovedWords(unmoved));
    const label = labels[at];
    if (label === undefined) return done.abort();
    // Not before the first scan: a board that is plugged in until then would be no answer.
    if (seen === null || (label === asked && event.on === 'seen')) return;
    asked = label;
    tell(questionWords(label, at, labels.length));
  };
  const onScan: OnScan = (devices, trouble) => {
    if (trouble !== null && trouble !== said) tell(trouble);
    said = trouble;
    on(seenIn(devices, trouble));
  };
  // Without an output it leaves Ctrl-C to the terminal, which makes a signal of it.
  const lines = createInterface({ input: keyboard });
  lines.on('line', (line) => typed(line, on, tell));
  try {
    await followBus(bus.choice, onScan, AbortSignal.any([signal, done.signal]));
  } finally {
    lines.close();
  }
  return isDone(search) ? search.found : null;
}

/** What a scan shows: what cannot be seen has not been pulled. */
export function seenIn(...[devices, trouble]: Parameters<OnScan>): SearchEvent {
  if (trouble !== null && devices.length === 0) return { on: 'unseen' };
  return { on: 'seen', devices: devices.map((device) => ({ ...device, arrival: String(device.address) })) };
}

function isDone({ at, labels }: SlotSearch): boolean {
  return at >= labels.length;
}

function typed(line: string, on: (event: SearchEvent) => void, tell: (line: string) => void): void {
  const word = line.trim().toLowerCase();
  if (word === 'skip' || word === 'back') on({ on: word });
  else if (word !== '') tell('Only "skip" and "back" are understood.');
}
