import type { Attempt, Health, LiveEvent, Slot, StationSetup, WorkOrder } from '@flashline/contracts';
import { slotKey } from '../line/floor.ts';
import type { Audience } from '../line/line.ts';
import type { Cancel, Time } from '../time.ts';

/** At most ten updates a second: nobody reads faster, and a burst of 64 boards becomes one update. */
const FLUSH_MS = 100;

/** What is shown, asked for at the moment it is told. */
export interface View {
  stations(): readonly StationSetup[];
  slots(): readonly Slot[];
  slot(station: string, slot: string): Slot | null;
  health(): Health;
  order(): WorkOrder | null;
  /** The latest recorded attempts, newest first. */
  attempts(): readonly Attempt[];
}

/** One who follows the feed; gets each LiveEvent as JSON. */
export type Listener = (json: string) => void;

type Touched = readonly [station: string, slot: string];

/** Tells listeners what has changed. What is touched is looked at again shortly after, and told only when it differs. */
export class LiveFeed implements Audience {
  readonly #time: Time;
  readonly #view: () => View;
  readonly #listeners = new Set<Listener>();
  readonly #touched = new Map<string, Touched>();
  /** What the listeners were last told, as JSON, by what it is about. */
  readonly #told = new Map<string, string>();
  #isAllTouched = false;
  #pending: Cancel | null = null;

  /** `view` is a function because the line, which is what is viewed, needs its audience first. */
  constructor(time: Time, view: () => View) {
    this.#time = time;
    this.#view = view;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** Sends a snapshot, then changes. The returned function ends it. */
  follow(listener: Listener): () => void {
    const view = this.#view();
    const snapshot: LiveEvent = {
      on: 'snapshot',
      health: view.health(),
      stations: [...view.stations()],
      slots: [...view.slots()],
      order: view.order(),
      attempts: [...view.attempts()],
    };
    listener(JSON.stringify(snapshot));
    this.#listeners.add(listener);
    // A snapshot may be newer than what the others were told last: only what is told to all counts as told.
    this.#told.clear();
    return () => this.#listeners.delete(listener);
  }

  slotChanged(station: string, slot: string): void {
    this.#touched.set(slotKey(station, slot), [station, slot]);
    this.#plan();
  }

  changed(): void {
    this.#isAllTouched = true;
    this.#plan();
  }

  recorded(attempt: Attempt): void {
    this.#tell(JSON.stringify({ on: 'attempt', attempt } satisfies LiveEvent));
    this.changed();
  }

  close(): void {
    this.#pending?.();
    this.#listeners.clear();
  }

  #plan(): void {
    this.#pending ??= this.#time.after(FLUSH_MS, () => {
      this.#pending = null;
      this.#flush();
    });
  }

  #flush(): void {
    const touched = [...this.#touched.values()];
    const isAllTouched = this.#isAllTouched;
    this.#touched.clear();
    this.#isAllTouched = false;
    if (this.#listeners.size === 0) return;
    const view = this.#view();
    // A slot is shown where its station says that it stands: the station first.
    if (isAllTouched)
      for (const station of view.stations()) this.#tellNews(`station ${station.station}`, { on: 'station', station });
    const slots = isAllTouched ? view.slots() : touched.map(([station, slot]) => view.slot(station, slot));
    for (const slot of slots) if (slot !== null) this.#tellNews(slotKey(slot.station, slot.slot), { on: 'slot', slot });
    this.#tellNews('order', { on: 'order', order: view.order() });
    this.#tellNews('health', { on: 'health', health: view.health() });
  }

  #tellNews(about: string, event: LiveEvent): void {
    const json = JSON.stringify(event);
    if (this.#told.get(about) === json) return;
    this.#told.set(about, json);
    this.#tell(json);
  }

  #tell(json: string): void {
    for (const listener of this.#listeners) listener(json);
  }
}
