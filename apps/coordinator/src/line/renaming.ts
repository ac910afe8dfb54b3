import { type BenchReport, CHANNELS, Fault, type NewSlots, type WorkerCommand } from '@flashline/contracts';
import type { Queue } from '@flashline/queue';
import type { Time } from '../time.ts';
import type { Floor } from './floor.ts';

/** How long a station may take to write its file; it answers within a blink or not at all. */
export const RENAME_MS_MAX = 5_000;

/** People who name slots at the same moment. */
const ASKED_MAX = 16;

/** A request that a station has not answered yet. */
interface Asked {
  readonly station: string;
  readonly slots: NewSlots['slots'];
  readonly settle: (answer: BenchReport['naming']['answered']) => void;
}

export interface RenamingParts {
  readonly queue: Queue;
  readonly floor: Floor;
  readonly time: Time;
  readonly newId: () => string;
}

/** Asks stations to name their slots anew, and waits for what they say. Commands may be lost, so each is told again until then. */
export class Renaming {
  readonly #parts: RenamingParts;
  readonly #asked = new Map<string, Asked>();

  constructor(parts: RenamingParts) {
    this.#parts = parts;
  }

  /**
   * Resolves when the station has written its file and works with the new slots. Rejects with NOT_FOUND, SLOT_BUSY,
   * CONFIG_INVALID or what else the station says; with STATION_SILENT when it does not answer in time.
   */
  async rename(station: string, slots: NewSlots['slots']): Promise<void> {
    this.#requireIdle(station, slots);
    if (this.#asked.size >= ASKED_MAX) throw new Fault('SERVER_BUSY');
    const { time, newId } = this.#parts;
    const requestId = newId();
    const { promise, resolve } = Promise.withResolvers<BenchReport['naming']['answered']>();
    this.#asked.set(requestId, { station, slots, settle: resolve });
    const cancel = time.after(RENAME_MS_MAX, () => resolve(null));
    this.#tell(requestId);
    const answered = await promise;
    cancel();
    this.#asked.delete(requestId);
    if (answered === null) throw new Fault('STATION_SILENT', { station });
    if (answered.fault !== null) throw new Fault(answered.fault, { station, reason: answered.reason });
  }

  /** Takes in what a station says of its names. */
  hear({ naming: { answered } }: BenchReport): void {
    if (answered !== null) this.#asked.get(answered.requestId)?.settle(answered);
  }

  /** Tells everything that is still open once more. */
  repeat(): void {
    for (const requestId of this.#asked.keys()) this.#tell(requestId);
  }

  /** The station looks again; but it has not heard yet of what is only queued here. */
  #requireIdle(station: string, slots: NewSlots['slots']): void {
    const { floor } = this.#parts;
    const known = floor.station(station);
    if (known === null) throw new Fault('NOT_FOUND', { station });
    if (!known.online) throw new Fault('STATION_SILENT', { station });
    const staying = new Set(slots.map(({ path }) => path));
    const busy = floor
      .slots()
      .find((slot) => slot.station === station && !staying.has(slot.slot) && /^(queued|running)$/.test(slot.state.is));
    if (busy !== undefined) throw new Fault('SLOT_BUSY', { station, slot: busy.slot, label: busy.label });
  }

  #tell(requestId: string): void {
    const asked = this.#asked.get(requestId);
    if (asked === undefined) return;
    const command: WorkerCommand = { on: 'name', requestId, slots: asked.slots };
    void this.#parts.queue.broadcast(CHANNELS.commands(asked.station), command);
  }
}
