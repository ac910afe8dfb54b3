import type { SlotSearch } from './slot-search.ts';
import type { SlotName } from './station.ts';

/** A slot that will be none, and why. */
export type LostSlot =
  /** Another was found on its port. */
  | { readonly kind: 'taken'; readonly label: string; readonly path: string; readonly by: string }
  /** Nobody asked for it. */
  | { readonly kind: 'unlisted'; readonly label: string; readonly path: string }
  /** It is new, and no board was plugged into it. */
  | { readonly kind: 'portless'; readonly label: string };

/** The slots of a station after a search; each that there was and each that was asked for is in one of the two. */
export interface SearchedSlots {
  readonly slots: readonly SlotName[];
  readonly lost: readonly LostSlot[];
}

/**
 * Each slot gets the port on which it was found; one that was skipped keeps the port it had, unless another was found there.
 * Groups and places stay with their labels.
 */
export function slotsAfter(
  { labels, found }: Pick<SlotSearch, 'labels' | 'found'>,
  before: readonly SlotName[],
): SearchedSlots {
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
    else slots.push({ ...old, path, label });
  }
  for (const { label, path } of before.filter((slot) => !labels.includes(slot.label))) {
    const by = owners.get(path);
    lost.push(by === undefined ? { kind: 'unlisted', label, path } : { kind: 'taken', label, path, by });
  }
  return { slots, lost };
}

/** Why a slot will be none, for the person who names them. */
export function lostWords(lost: LostSlot): string {
  switch (lost.kind) {
    case 'taken':
      return `${lost.label} is no slot any more: its port ${lost.path} is ${lost.by} now.`;
    case 'unlisted':
      return `${lost.label} (port ${lost.path}) is no slot any more: it was not on the list.`;
    case 'portless':
      return `${lost.label} does not become a slot: no board was plugged into it.`;
    default:
      return lost satisfies never;
  }
}
