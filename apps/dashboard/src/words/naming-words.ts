import type { LostSlot } from '../setup/slot-search.ts';

/** What to do with boards that were plugged in before anybody asked for their slots; null when there are none. */
export function unmovedWords(ports: readonly string[]): string | null {
  if (ports.length === 0) return null;
  const inOrder = ports.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })).join(', ');
  return ports.length === 1
    ? `1 board is plugged in already, on port ${inOrder}. It answers for its slot only when you pull it and plug it in again.`
    : `${ports.length} boards are plugged in already, on ports ${inOrder}. They answer for their slots only when you pull them and plug them in again.`;
}

/** Why a slot will be none after saving. */
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
