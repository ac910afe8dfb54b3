import type { OtherDevice } from './station.ts';

/** Something that is plugged in. */
export interface PluggedDevice extends OtherDevice {
  /** Another whenever something is plugged in anew on this port. */
  readonly arrival: string;
}

/** How far somebody is who plugs boards into slots, one after another, to tell which port each slot is. */
export interface SlotSearch {
  readonly labels: readonly string[];
  /** The slot that is asked for; past the last when all have been. */
  readonly at: number;
  /** The port of each slot that was found, by label. */
  readonly found: ReadonlyMap<string, string>;
  /** What the last look saw: the arrival on each port; null before the first. */
  readonly seen: ReadonlyMap<string, string> | null;
  /** Nobody has seen the ports since the last look. */
  readonly isBlind: boolean;
  /** Ports of boards that may have been there all along: no answer until they are plugged in anew. */
  readonly unmoved: readonly string[];
  /** What there is to tell about the last thing that happened; the same object while nothing new has. */
  readonly note: SearchNote | null;
}

export type SearchNote =
  | { readonly kind: 'found'; readonly label: string; readonly device: PluggedDevice }
  /** The port belongs to a slot that was found before. */
  | { readonly kind: 'taken'; readonly label: string; readonly path: string }
  /** Boards on several ports at once: nobody could say which one is meant. */
  | { readonly kind: 'several'; readonly paths: readonly string[] }
  /** No board. */
  | { readonly kind: 'stranger'; readonly device: PluggedDevice }
  | { readonly kind: 'skipped'; readonly label: string };

export type SearchEvent =
  | { readonly on: 'seen'; readonly devices: readonly PluggedDevice[] }
  /** Nobody can see what is plugged in now. */
  | { readonly on: 'unseen' }
  | { readonly on: 'skip' }
  /** Forgets the slot before this one, and asks for it again. */
  | { readonly on: 'back' };

/** Asks for these slots, in this order. */
export function searchFor(labels: readonly string[]): SlotSearch {
  return { labels, at: 0, found: new Map(), seen: null, isBlind: false, unmoved: [], note: null };
}

/** Pure. People plug, pull and change their minds in any order, so every event has an answer. */
export function nextSearch(search: SlotSearch, event: SearchEvent): SlotSearch {
  const { labels, at } = search;
  switch (event.on) {
    case 'seen':
      return seenNow(search, event.devices);
    case 'unseen':
      return search.isBlind ? search : { ...search, isBlind: true };
    case 'skip': {
      const label = labels[at];
      return label === undefined ? search : { ...search, at: at + 1, note: { kind: 'skipped', label } };
    }
    case 'back': {
      const found = new Map(search.found);
      found.delete(labels[at - 1] ?? '');
      return { ...search, at: Math.max(0, at - 1), found, note: null };
    }
    default:
      return event satisfies never;
  }
}

function seenNow(search: SlotSearch, devices: readonly PluggedDevice[]): SlotSearch {
  const { seen: before, labels, at } = search;
  const seen = new Map(devices.map(({ path, arrival }) => [path, arrival]));
  // What is plugged in when it begins is no answer: pulled and plugged in again, it is.
  if (before === null) return { ...search, seen, isBlind: false, unmoved: portsOf(devices.filter(isBoard)) };
  const moved = devices.filter(({ path, arrival }) => before.get(path) !== arrival);
  // A station that starts anew calls every board another. Where one sat before nobody saw, one may have sat all along.
  const arrived = search.isBlind ? moved.filter(({ path }) => !before.has(path)) : moved;
  const doubtful = portsOf(moved.filter((device) => !arrived.includes(device) && isBoard(device)));
  const unmoved = search.unmoved.filter((path) => seen.get(path) === before.get(path));
  const now = {
    ...search,
    seen,
    isBlind: false,
    unmoved: [...unmoved, ...doubtful.filter((path) => ownerOf(search, path) === undefined)],
  };
  const label = labels[at];
  return label === undefined ? now : answered(now, label, arrived);
}

function answered(search: SlotSearch, label: string, arrived: readonly PluggedDevice[]): SlotSearch {
  const boards = arrived.filter(isBoard);
  const [board, ...more] = boards;
  const [stranger] = arrived;
  if (more.length > 0) return { ...search, note: { kind: 'several', paths: portsOf(boards) } };
  if (board === undefined)
    return stranger === undefined ? search : { ...search, note: { kind: 'stranger', device: stranger } };
  const { path } = board;
  const owner = ownerOf(search, path);
  if (owner !== undefined) return { ...search, note: { kind: 'taken', label: owner, path } };
  return {
    ...search,
    at: search.at + 1,
    found: new Map([...search.found, [label, path]]),
    note: { kind: 'found', label, device: board },
  };
}

/** The slot that was found on this port. */
function ownerOf({ found }: SlotSearch, path: string): string | undefined {
  return [...found].find(([, port]) => port === path)?.[0];
}

function isBoard({ mode }: PluggedDevice): boolean {
  return mode !== 'other';
}

function portsOf(devices: readonly PluggedDevice[]): readonly string[] {
  return devices.map(({ path }) => path);
}
