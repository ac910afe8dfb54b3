import type { BusDevice } from '@flashline/dfuse';

/** How far somebody is who plugs boards into slots, one after another, to tell which port each slot is. */
export interface Wizard {
  readonly labels: readonly string[];
  /** The slot that is asked for; past the last when all have been. */
  readonly at: number;
  /** The port of each slot that was found, by label. */
  readonly found: ReadonlyMap<string, string>;
  /** What the last scan saw, by port; null before the first. */
  readonly seen: ReadonlyMap<string, BusDevice> | null;
  /** What there is to tell about the last event. */
  readonly note: WizardNote | null;
}

export type WizardNote =
  /** Boards that were there when it began: they are no answer. */
  | { readonly kind: 'there'; readonly paths: readonly string[] }
  | { readonly kind: 'found'; readonly label: string; readonly device: BusDevice }
  /** The port belongs to a slot that was found before. */
  | { readonly kind: 'taken'; readonly label: string; readonly path: string }
  /** Boards on several ports at once: nobody could say which one is meant. */
  | { readonly kind: 'several'; readonly paths: readonly string[] }
  | { readonly kind: 'stranger'; readonly device: BusDevice }
  | { readonly kind: 'skipped'; readonly label: string };

export type WizardEvent =
  | { readonly on: 'scanned'; readonly devices: readonly BusDevice[] }
  | { readonly on: 'skip' }
  /** Forgets the slot before this one, and asks for it again. */
  | { readonly on: 'back' };

/** A wizard that asks for these slots, in this order. */
export function wizardFor(labels: readonly string[]): Wizard {
  return { labels, at: 0, found: new Map(), seen: null, note: null };
}

/** Pure. People plug, pull and type in any order, so every event has an answer. */
export function next(wizard: Wizard, event: WizardEvent): Wizard {
  const { labels, at } = wizard;
  switch (event.on) {
    case 'scanned':
      return scanned(wizard, event.devices);
    case 'skip': {
      const label = labels[at];
      return label === undefined ? wizard : { ...wizard, at: at + 1, note: { kind: 'skipped', label } };
    }
    case 'back': {
      const found = new Map(wizard.found);
      found.delete(labels[at - 1] ?? '');
      return { ...wizard, at: Math.max(0, at - 1), found, note: null };
    }
    default:
      return event satisfies never;
  }
}

function scanned(before: Wizard, devices: readonly BusDevice[]): Wizard {
  const wizard = { ...before, seen: new Map(devices.map((device) => [device.path, device])), note: null };
  // What is plugged in when it begins is no answer: pulled and plugged in again, it is.
  const { seen } = before;
  if (seen === null) {
    const paths = devices.filter(({ mode }) => mode !== 'other').map(({ path }) => path);
    return paths.length === 0 ? wizard : { ...wizard, note: { kind: 'there', paths } };
  }
  const arrived = devices.filter(({ path, address }) => seen.get(path)?.address !== address);
  const boards = arrived.filter(({ mode }) => mode !== 'other');
  const [board, ...more] = boards;
  const [stranger] = arrived;
  if (more.length > 0) return { ...wizard, note: { kind: 'several', paths: boards.map(({ path }) => path) } };
  if (board !== undefined) return foundOn(wizard, board);
  return stranger === undefined ? wizard : { ...wizard, note: { kind: 'stranger', device: stranger } };
}

function foundOn(wizard: Wizard, device: BusDevice): Wizard {
  const { path } = device;
  const label = wizard.labels[wizard.at];
  if (label === undefined) return wizard;
  const [owner] = [...wizard.found].find(([, port]) => port === path) ?? [];
  if (owner !== undefined) return { ...wizard, note: { kind: 'taken', label: owner, path } };
  return {
    ...wizard,
    at: wizard.at + 1,
    found: new Map([...wizard.found, [label, path]]),
    note: { kind: 'found', label, device },
  };
}
