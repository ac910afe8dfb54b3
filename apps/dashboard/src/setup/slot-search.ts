import type { Slot, SlotName, StationSetup } from '@flashline/contracts';

/** What is plugged in, by port: the text changes when something is plugged in anew. */
export type Boards = ReadonlyMap<string, string>;

/** How far somebody is who plugs boards into slots, one after another, to tell which port each slot is. */
export interface SlotSearch {
  readonly labels: readonly string[];
  /** The slot that is asked for; past the last when all have been. */
  readonly at: number;
  /** The port of each slot that was found, by label. */
  readonly found: ReadonlyMap<string, string>;
  readonly seen: Boards;
  /** Boards that were plugged in when it began and have not moved since: no answer until they are plugged in anew. */
  readonly unmoved: Boards;
  /** What there is to say about the last board; null when nothing. */
  readonly note: string | null;
}

export type SearchEvent =
  | { readonly on: 'seen'; readonly boards: Boards }
  | { readonly on: 'skip' }
  /** Forgets the slot before this one, and asks for it again. */
  | { readonly on: 'back' };

/** Asks for these slots, in this order. */
export function searchFor(labels: readonly string[], seen: Boards): SlotSearch {
  return { labels, at: 0, found: new Map(), seen, unmoved: seen, note: null };
}

/** Pure. */
export function nextSearch(search: SlotSearch, event: SearchEvent): SlotSearch {
  const { labels, at } = search;
  switch (event.on) {
    case 'seen':
      return seenNow(search, event.boards);
    case 'skip':
      return { ...search, at: Math.min(at + 1, labels.length), note: null };
    case 'back': {
      const found = new Map(search.found);
      found.delete(labels[at - 1] ?? '');
      return { ...search, at: Math.max(0, at - 1), found, note: null };
    }
    default:
      return event satisfies never;
  }
}

function seenNow(search: SlotSearch, boards: Boards): SlotSearch {
  const [path, ...more] = [...boards].filter(([port, key]) => search.seen.get(port) !== key).map(([port]) => port);
  const label = search.labels[search.at];
  const unmoved = new Map([...search.unmoved].filter(([port, key]) => boards.get(port) === key));
  const next = { ...search, seen: boards, unmoved };
  if (path === undefined || label === undefined) return next;
  if (more.length > 0) return { ...next, note: 'Several boards appeared at once. Pull them, then plug one in.' };
  const [owner] = [...search.found].find(([, port]) => port === path) ?? [];
  if (owner !== undefined)
    return { ...next, note: `Port ${path} is ${owner} already. Plug the board into another slot.` };
  return { ...next, at: search.at + 1, found: new Map([...search.found, [label, path]]), note: null };
}

/** The boards on all ports of a station, slots or not. */
export function boardsOn({ station, others }: StationSetup, slots: readonly Slot[]): Boards {
  const boards = new Map<string, string>();
  for (const { path, mode } of others) if (mode !== 'other') boards.set(path, mode);
  for (const { station: owner, slot, state } of slots) {
    const isThere = 'seatingId' in state && (state.is !== 'done' || state.present);
    if (owner === station && isThere) boards.set(slot, state.seatingId);
  }
  return boards;
}

/** A slot that will be none, and why. */
export type LostSlot =
  /** Another was found on its port. */
  | { readonly kind: 'taken'; readonly label: string; readonly path: string; readonly by: string }
  /** Nobody asked for it. */
  | { readonly kind: 'unlisted'; readonly label: string; readonly path: string }
  /** It is new and was skipped. */
  | { readonly kind: 'portless'; readonly label: string };

/** The slots of a station after a search. */
export interface SlotsAfter {
  readonly slots: readonly SlotName[];
  readonly lost: readonly LostSlot[];
}

/**
 * Each slot gets the port on which it was found; one that was skipped keeps the port it had, unless another was found there.
 * Groups and places stay with their labels.
 */
export function slotsAfter({ labels, found }: SlotSearch, before: readonly SlotName[]): SlotsAfter {
  const known = new Map(before.map((slot) => [slot.label, slot]));
  const owners = new Map([...found].map(([label, path]) => [path, label]));
  const slots: SlotName[] = [];
  const lost: LostSlot[] = [];
  for (const label of labels) {
    const old = known.get(label);
    const path = found.get(label) ?? old?.path;
    const by = path === undefined ? undefined : owners.get(path);
    if (path === undefined) lost.push({ kind: 'portless', label });
    else if (by !== undefined && by !== label) lost.push({ kind: 'taken', label, path, by });
    else slots.push({ ...old, label, path });
  }
  for (const { label, path } of before.filter((slot) => !labels.includes(slot.label))) {
    const by = owners.get(path);
    lost.push(by === undefined ? { kind: 'unlisted', label, path } : { kind: 'taken', label, path, by });
  }
  return { slots, lost };
}
