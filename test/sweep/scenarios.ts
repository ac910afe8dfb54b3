import type { Recipe } from '@flashline/contracts';
import type { FirmwareImage } from '@flashline/firmware';
import { type BoardSpec, type Misbehaviour, PARTS, type PartSpec } from '@flashline/virtual-boards';
import { smallImageFor } from '../engine/part-image.ts';

/** Something to flash again and again, interrupted at another moment each time. */
export interface Scenario {
  /** So many pairs of hits are tried besides every single one, the second in what the engine does about the first. */
  readonly pairs: number;
  readonly name: string;
  readonly board: BoardSpec;
  readonly image: FirmwareImage;
  readonly recipe: Partial<Recipe>;
}

/** The ways in which one transfer goes wrong. */
export const WAYS = {
  unplug: (at) => ({ kind: 'unplug', at }),
  // Long enough to be in the middle of whatever this transfer has started.
  'unplug a moment later': (at) => ({ kind: 'unplug', at, afterMs: 2 }),
  stall: (at) => ({ kind: 'stall', at }),
  'timeout with effect': (at) => ({ kind: 'timeout', at, effect: true }),
  'timeout without effect': (at) => ({ kind: 'timeout', at, effect: false }),
  'short answer': (at) => ({ kind: 'short-answer', at }),
  'wrong answer': (at, seed) => ({ kind: 'wrong-answer', at, seed }),
} as const satisfies Record<string, (at: number, seed: number) => Misbehaviour>;
export type Way = keyof typeof WAYS;

/** One transfer that goes wrong, counted from 1. */
export interface Hit {
  readonly way: Way;
  readonly at: number;
}

const PAIRS = 500;
/** One of each kind of ROM: holds its answers, stalls, answers busy, gets stuck. */
const PAIRED = ['F405', 'F303', 'H743', 'H743-rev-v'];

/** Every part with what it held before, and the recipes that do something else. */
export const SCENARIOS: readonly Scenario[] = [
  ...PARTS.map((part) => plain(part, 'used')),
  ...PARTS.filter(({ name }) => ['F405', 'F303', 'L072', 'H743'].includes(name)).map((part) => plain(part, 'blank')),
  special('F405', 'mass erase', { erase: 'mass' }),
  special('F405', 'preserve', { preserve: [{ address: 0x0800_3000, bytes: 64 }] }),
  special('F405', 'unprotect', { unprotect: true }, [{ kind: 'read-protected' }]),
  special('F303', 'may erase the rest', { keepsRest: false }),
];

function plain(part: PartSpec, contents: 'used' | 'blank'): Scenario {
  // A U5 that is protected says yes to everything and does nothing: it can only pass when that may be taken off.
  const recipe = part.name === 'U5-rdp1' ? { unprotect: true } : {};
  return {
    pairs: contents === 'used' && PAIRED.includes(part.name) ? PAIRS : 0,
    name: `${part.name}, ${contents}`,
    board: { part: part.name, contents },
    image: smallImageFor(part),
    recipe,
  };
}

function special(name: string, what: string, recipe: Partial<Recipe>, misbehaviours: Misbehaviour[] = []): Scenario {
  const part = PARTS.find((one) => one.name === name);
  if (part === undefined) throw new Error(`no part ${name}`);
  return {
    pairs: PAIRS,
    name: `${name}, ${what}`,
    board: { part: name, contents: 'used', misbehaviours },
    image: smallImageFor(part),
    recipe,
  };
}
