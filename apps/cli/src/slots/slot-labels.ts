import { labelOf } from '@flashline/config';
import { Fault, SLOTS_MAX, SlotName } from '@flashline/contracts';

/** What says which slots are asked for. */
export interface LabelOptions {
  readonly labels: readonly string[];
  readonly count?: number;
  readonly label: string;
}

/** The labels to ask for: the given ones, or so many of a pattern, or those that the station has. Throws USAGE. */
export function labelsToAsk({ labels, count, label }: LabelOptions, known: readonly SlotName[]): readonly string[] {
  if (labels.length > 0 && count !== undefined) throw usage('either labels or --count');
  const wanted =
    labels.length > 0 ? labels : count === undefined ? known.map((slot) => slot.label) : numbered(count, label);
  if (wanted.length === 0) throw usage('say which slots there are: "flashline slots name A1 A2 A3", or --count 8');
  for (const one of wanted) requireLabel(one);
  if (new Set(wanted).size < wanted.length) throw usage('a label stands here twice');
  const asked = wanted.map((one) => one.trim());
  const { size } = new Set([...known.map((slot) => slot.label), ...asked]);
  if (size > SLOTS_MAX)
    throw usage(
      `with those of the station file these are ${size} slots, and ${SLOTS_MAX} at most: take out of it what goes`,
    );
  return asked;
}

function numbered(count: number, pattern: string): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const label = labelOf(pattern, index + 1, undefined);
    if (label === null) throw usage('--label may hold {n}, the number of the slot');
    return label;
  });
}

function requireLabel(label: string): void {
  const { success, error } = SlotName.shape.label.safeParse(label);
  if (!success) throw usage(`label "${label.slice(0, 40)}": ${error.issues[0]?.message}`);
  if (/[{}]/.test(label)) throw usage(`label "${label}": braces have a meaning of their own in a station file`);
}

function usage(reason: string): Fault {
  return new Fault('USAGE', { reason });
}
