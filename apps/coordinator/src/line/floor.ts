import {
  type Attempt,
  BenchReport,
  type BenchSlot,
  ProgressReport,
  type Slot,
  type StationSetup,
} from '@flashline/contracts';
import type { Ledger } from '@flashline/store';
import type { Time } from '../time.ts';
import { type Progress, type SlotOwner, slotView } from './slot-view.ts';

/** A station that has said nothing for this long is offline: it reports once a second. */
export const SILENCE_MS_MAX = 5000;
/** Far more seatings than a floor has at a time. */
const SEATINGS_KEPT_MAX = 4096;

/** More stations than one coordinator serves; garbage on the queue must not fill the memory. */
const STATIONS_MAX = 256;

/** What is known of one station. */
export interface KnownStation extends SlotOwner, Pick<BenchReport, 'trouble' | 'others' | 'naming' | 'usb'> {
  readonly slots: readonly BenchSlot[];
}

interface Heard {
  readonly report: BenchReport;
  readonly atMs: number;
}

/** The stations as they last described themselves, and the slots as people see them. */
export class Floor {
  readonly #ledger: Ledger;
  readonly #time: Time;
  readonly #heard = new Map<string, Heard>();
  readonly #progress = new Map<string, Progress>();
  /** By seating. Screens ask for every slot many times a second, and it changes only with a commit. */
  readonly #latest = new Map<string, Attempt | null>();

  constructor(ledger: Ledger, time: Time) {
    this.#ledger = ledger;
    this.#time = time;
  }

  /** Takes in what came as a bench report. Null when it makes no sense. */
  hear(data: unknown): BenchReport | null {
    const { data: report } = BenchReport.safeParse(data);
    if (report === undefined) return null;
    if (!this.#heard.has(report.station) && this.#heard.size >= STATIONS_MAX) return null;
    this.#heard.set(report.station, { report, atMs: this.#time.monotonicMs() });
    return report;
  }

  /** Takes in what came as a progress report; within an attempt progress never goes back. Null when it changes nothing. */
  hearProgress(data: unknown): ProgressReport | null {
    const { data: report } = ProgressReport.safeParse(data);
    if (report === undefined || this.benchSlot(report.station, report.slot) === null) return null;
    const key = slotKey(report.station, report.slot);
    const before = this.#progress.get(key);
    if (before?.attemptId === report.attemptId && !isFurther(report, before)) return null;
    this.#progress.set(key, report);
    return report;
  }

  stations(): KnownStation[] {
    return [...this.#heard.values()].map((heard) => this.#known(heard));
  }

  station(station: string): KnownStation | null {
    const heard = this.#heard.get(station);
    return heard === undefined ? null : this.#known(heard);
  }

  /** How each station is built. */
  setups(): StationSetup[] {
    return this.stations().map(setupOf);
  }

  benchSlot(station: string, slot: string): BenchSlot | null {
    return this.#heard.get(station)?.report.slots.find((bench) => bench.slot === slot) ?? null;
  }

  /** Every slot of every station, as people see it. */
  slots(): Slot[] {
    return this.stations().flatMap((station) => station.slots.map((bench) => this.#view(station, bench)));
  }

  /** One slot as people see it; null when no station has it. */
  slot(station: string, slot: string): Slot | null {
    const known = this.station(station);
    const bench = this.benchSlot(station, slot);
    return known === null || bench === null ? null : this.#view(known, bench);
  }

  /** The latest attempt the ledger knows of the board that is in this slot; null for none. */
  latestAttempt(station: string, { state }: BenchSlot): Attempt | null {
    if (!('seating' in state)) return null;
    const { id } = state.seating;
    const kept = this.#latest.get(id);
    if (kept !== undefined) return kept;
    const latest = this.#ledger.lastAttempt(station, id);
    this.#keep(id, latest);
    return latest;
  }

  /** The ledger has committed something new about the board of this attempt. */
  attemptChanged(attempt: Attempt): void {
    this.#keep(attempt.seatingId, attempt);
  }

  #keep(seatingId: string, latest: Attempt | null): void {
    if (this.#latest.size >= SEATINGS_KEPT_MAX) this.#latest.clear();
    this.#latest.set(seatingId, latest);
  }

  #known({ report, atMs }: Heard): KnownStation {
    return { ...report, online: this.#time.monotonicMs() - atMs < SILENCE_MS_MAX };
  }

  #view(owner: SlotOwner, bench: BenchSlot): Slot {
    const progress = this.#progress.get(slotKey(owner.station, bench.slot)) ?? null;
    return slotView(owner, bench, this.latestAttempt(owner.station, bench), progress);
  }
}

/** A phase begins at the fraction at which the one before it has ended. */
function isFurther(report: ProgressReport, before: Progress): boolean {
  return report.fraction > before.fraction || (report.fraction === before.fraction && report.phase !== before.phase);
}

/** How a station is built, as people see it. */
export function setupOf({ station, online, simulated, naming, others, usb }: KnownStation): StationSetup {
  return { station, online, simulated, slots: naming.slots, keepsNames: naming.keepsNames, others, usb };
}

/** Names one slot among all stations. */
export function slotKey(station: string, slot: string): string {
  return `${station}/${slot}`;
}
