import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { followBus, type OnScan } from '@flashline/worker';
import type { ChosenBus } from '../bus-choice.ts';
import { next, type Wizard, type WizardEvent, wizardFor } from './wizard.ts';
import { noteWords, questionWords } from './wizard-words.ts';

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
  let wizard = wizardFor(labels);
  let asked: string | null = null;
  let said: string | null = null;
  const on = (event: WizardEvent) => {
    wizard = next(wizard, event);
    if (wizard.note !== null) tell(noteWords(wizard.note));
    const label = wizard.labels[wizard.at];
    if (label === undefined) return done.abort();
    // Not before the first scan: a board that is plugged in until then would be no answer.
    if (wizard.seen === null || (label === asked && event.on === 'scanned')) return;
    asked = label;
    tell(questionWords(label, wizard.at, wizard.labels.length));
  };
  const onScan: OnScan = (devices, trouble) => {
    if (trouble !== null && trouble !== said) tell(trouble);
    said = trouble;
    on({ on: 'scanned', devices });
  };
  // Without an output it leaves Ctrl-C to the terminal, which makes a signal of it.
  const lines = createInterface({ input: keyboard });
  lines.on('line', (line) => typed(line, on, tell));
  try {
    await followBus(bus.choice, onScan, AbortSignal.any([signal, done.signal]));
  } finally {
    lines.close();
  }
  return isDone(wizard) ? wizard.found : null;
}

function isDone({ at, labels }: Wizard): boolean {
  return at >= labels.length;
}

function typed(line: string, on: (event: WizardEvent) => void, tell: (line: string) => void): void {
  const word = line.trim().toLowerCase();
  if (word === 'skip' || word === 'back') on({ on: word });
  else if (word !== '') tell('Only "skip" and "back" are understood.');
}
