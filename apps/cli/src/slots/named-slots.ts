import type { SlotName } from '@flashline/contracts';

/** The slots of a station after some of them were found anew. */
export interface NamedSlots {
  readonly slots: readonly SlotName[];
  /** Slots that are none any more, because another was found on their port. */
  readonly dropped: readonly SlotName[];
}

/**
 * Gives slots the ports on which they were found, by label: a slot of the station keeps its group and its place, and without
 * being found its port; others come after them.
 */
export function namedSlots(before: readonly SlotName[], found: ReadonlyMap<string, string>): NamedSlots {
  const taken = new Set(found.values());
  const isDropped = ({ label, path }: SlotName) => !found.has(label) && taken.has(path);
  const known = new Set(before.map(({ label }) => label));
  const added = [...found].filter(([label]) => !known.has(label)).map(([label, path]) => ({ path, label }));
  const kept = before.filter((slot) => !isDropped(slot));
  return {
    slots: [...kept.map((slot) => ({ ...slot, path: found.get(slot.label) ?? slot.path })), ...added],
    dropped: before.filter(isDropped),
  };
}
