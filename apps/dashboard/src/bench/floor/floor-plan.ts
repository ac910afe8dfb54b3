import type { Slot, SlotName, SlotPlace, StationSetup } from '@flashline/contracts';
import { keyOf } from '../../live/bench.ts';

/** One slot of a group. */
export interface Seat {
  readonly key: string;
  /** Where it stands in the group; null when nobody said. */
  readonly place: SlotPlace | null;
}

/** Slots that are shown together, as they stand on one fixture. */
export interface FloorGroup {
  readonly title: string | null;
  /** The size of the fixture; null when the screen decides how its slots lie. */
  readonly grid: { readonly rows: number; readonly columns: number } | null;
  /** In the order in which people read them. */
  readonly seats: readonly Seat[];
}

/** A slot and what its station file says of it. */
interface Named {
  readonly key: string;
  readonly station: string;
  readonly stationAt: number;
  /** Its place in the order of the station file. */
  readonly at: number;
  readonly name: SlotName | null;
}

/**
 * How the slots are laid out: where a station names groups or places, as its file says; everything else in the order in which
 * the slots come.
 */
export function floorPlan(
  slots: readonly Pick<Slot, 'station' | 'slot'>[],
  setups: readonly StationSetup[],
): readonly FloorGroup[] {
  const named = slots.map((slot) => namedIn(setups, slot));
  const isPlain = named.every(({ name }) => name?.group === undefined && name?.place === undefined);
  if (isPlain) return [{ title: null, grid: null, seats: named.map(({ key }) => ({ key, place: null })) }];
  const severalStations = new Set(slots.map(({ station }) => station)).size > 1;
  const groups = new Map<string, Named[]>();
  for (const slot of named.toSorted((a, b) => a.stationAt - b.stationAt || a.at - b.at)) {
    const title = [severalStations ? slot.station : null, slot.name?.group ?? null].filter((part) => part !== null);
    const key = title.join(' · ');
    groups.set(key, [...(groups.get(key) ?? []), slot]);
  }
  return [...groups].map(([title, members]) => groupOf(title, members));
}

function namedIn(setups: readonly StationSetup[], slot: Pick<Slot, 'station' | 'slot'>): Named {
  const stationAt = setups.findIndex(({ station }) => station === slot.station);
  const names = setups[stationAt]?.slots ?? [];
  const at = names.findIndex(({ path }) => path === slot.slot);
  return { key: keyOf(slot), station: slot.station, stationAt, at, name: names[at] ?? null };
}

function groupOf(title: string, members: readonly Named[]): FloorGroup {
  const places = members.flatMap(({ name }) => (name?.place === undefined ? [] : [name.place]));
  const shown = title === '' ? null : title;
  if (places.length < members.length)
    return { title: shown, grid: null, seats: members.map(({ key }) => ({ key, place: null })) };
  // A fixture that begins at row 3 need not show two rows without slots.
  const top = Math.min(...places.map(({ row }) => row)) - 1;
  const left = Math.min(...places.map(({ column }) => column)) - 1;
  const seats = members
    .flatMap(({ key, name }) =>
      name?.place === undefined
        ? []
        : [{ key, place: { row: name.place.row - top, column: name.place.column - left } }],
    )
    .toSorted((a, b) => a.place.row - b.place.row || a.place.column - b.place.column);
  const rows = Math.max(...seats.map(({ place }) => place.row));
  const columns = Math.max(...seats.map(({ place }) => place.column));
  return { title: shown, grid: { rows, columns }, seats };
}
