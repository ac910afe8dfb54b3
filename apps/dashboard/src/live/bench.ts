import type { Attempt, Health, LiveEvent, Slot, SlotState, StationSetup, WorkOrder } from '@flashline/contracts';
import { batch, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Link } from './station-link.ts';

/** How many committed attempts the page remembers: enough for the first page of the log. */
const RECENT_MAX = 200;

/** Everything live on the page. One signal per slot, so an event renders one tile. */
export interface Bench {
  readonly link: ReadonlySignal<Link>;
  readonly health: ReadonlySignal<Health | null>;
  readonly order: ReadonlySignal<WorkOrder | null>;
  /** How each station is built. */
  readonly stations: ReadonlySignal<readonly StationSetup[]>;
  /** The slots that exist, in the order people read them. */
  readonly slots: ReadonlySignal<readonly ReadonlySignal<Slot>[]>;
  /** Committed attempts, newest first. */
  readonly recent: ReadonlySignal<readonly Attempt[]>;
  /** The slot whose attempt was committed last; a snapshot never sets it, so an old result is not told as news. */
  readonly finished: ReadonlySignal<Slot | null>;
  readonly apply: (event: LiveEvent) => void;
  readonly setLink: (link: Link) => void;
}

/** What names a slot on the whole line: two stations may both have a `1-2`. */
export function keyOf({ station, slot }: Pick<Slot, 'station' | 'slot'>): string {
  return `${station}/${slot}`;
}

/** What a slot may be shown as: without contact nothing is known about it, least of all that it passed. */
export function visibleState(link: Link, { state }: Slot): SlotState {
  return link.is === 'online' ? state : { is: 'offline' };
}

/** An empty bench, before its first snapshot. */
export function createBench(): Bench {
  const link = signal<Link>({ is: 'connecting' });
  const health = signal<Health | null>(null);
  const order = signal<WorkOrder | null>(null);
  const stations = signal<readonly StationSetup[]>([]);
  const slots = signal<readonly Signal<Slot>[]>([]);
  const recent = signal<readonly Attempt[]>([]);
  const finished = signal<Slot | null>(null);

  const replaceSlots = (next: readonly Slot[]): void => {
    const known = new Map(slots.value.map((slot) => [keyOf(slot.value), slot]));
    slots.value = next.toSorted(byPlace).map((slot) => update(known.get(keyOf(slot)) ?? signal(slot), slot));
  };
  const setSlot = (slot: Slot): void => {
    const known = slots.value.find((other) => keyOf(other.value) === keyOf(slot));
    if (isNews(known?.value, slot)) finished.value = slot;
    if (known === undefined) replaceSlots([...slots.value.map((other) => other.value), slot]);
    else update(known, slot);
  };
  const apply = (event: LiveEvent): void => {
    switch (event.on) {
      case 'snapshot':
        health.value = event.health;
        order.value = event.order;
        recent.value = newestFirst(event.attempts);
        stations.value = event.stations;
        replaceSlots(event.slots);
        break;
      case 'health':
        health.value = event.health;
        break;
      case 'station':
        stations.value = withStation(stations.value, event.station);
        // What is no slot any more is told by its station alone.
        replaceSlots(slots.value.map(({ value }) => value).filter((slot) => isSlotOf(event.station, slot)));
        break;
      case 'slot':
        setSlot(event.slot);
        break;
      case 'order':
        order.value = event.order;
        break;
      case 'attempt':
        recent.value = newestFirst([event.attempt, ...recent.value]);
        break;
      default:
        event satisfies never;
    }
  };
  const setLink = (next: Link): void => {
    link.value = next;
  };
  return {
    link,
    health,
    order,
    stations,
    slots,
    recent,
    finished,
    apply: (event) => batch(() => apply(event)),
    setLink,
  };
}

/** Equal slots are not news: the station repeats its whole bench, and nothing should render for that. */
function update(known: Signal<Slot>, slot: Slot): Signal<Slot> {
  if (JSON.stringify(known.value) !== JSON.stringify(slot)) known.value = slot;
  return known;
}

function withStation(stations: readonly StationSetup[], next: StationSetup): readonly StationSetup[] {
  const others = stations.filter(({ station }) => station !== next.station);
  return [...others, next].toSorted((a, b) => a.station.localeCompare(b.station, 'en', { numeric: true }));
}

function isSlotOf({ station, slots }: StationSetup, slot: Slot): boolean {
  return slot.station !== station || slots === null || slots.some(({ path }) => path === slot.slot);
}

function isNews(before: Slot | undefined, { state }: Slot): boolean {
  if (state.is !== 'done') return false;
  return before?.state.is !== 'done' || before.state.attemptId !== state.attemptId;
}

function byPlace(a: Slot, b: Slot): number {
  const order = { numeric: true } as const;
  return (
    a.station.localeCompare(b.station, 'en', order) ||
    a.label.localeCompare(b.label, 'en', order) ||
    a.slot.localeCompare(b.slot, 'en', order)
  );
}

function newestFirst(attempts: readonly Attempt[]): Attempt[] {
  const byId = new Map<string, Attempt>();
  for (const attempt of attempts) if (!byId.has(attempt.attemptId)) byId.set(attempt.attemptId, attempt);
  return [...byId.values()].sort((a, b) => b.seq - a.seq).slice(0, RECENT_MAX);
}
