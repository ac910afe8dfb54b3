import { type BenchSlot, comparePorts, OTHERS_MAX, type OtherDevice, type SlotName } from '@flashline/contracts';
import type { BusDevice } from '@flashline/dfuse';
import type { Seat } from '@flashline/store';
import type { PortAddresses } from '@flashline/usb';
import type { RememberedSeat } from './remembered-seats.ts';
import { EMPTY, type Newcomer, type SlotEvent, type SlotState } from './slot.ts';
import { next } from './slot-state.ts';
import { attemptedBoard, benchState, isForgettable } from './slot-views.ts';

/** What one scan of the bus found. */
interface Scan {
  readonly devices: readonly BusDevice[];
  readonly hubs: PortAddresses;
  /** What the system has and the USB library does not show yet. */
  readonly arriving: PortAddresses;
}

/** What is told of an attempt, by whoever knows no more of the slot. */
type Told = Exclude<SlotEvent, { on: 'scanned' | 'ended' }> | Omit<Extract<SlotEvent, { on: 'ended' }>, keyof Newcomer>;

/** A port that is followed: a slot, or one that was. */
interface Followed {
  readonly label: string;
  state: SlotState;
}

const NONE: PortAddresses = {};

/** Ports that were slots and have a board still: a bench has no more, and none is followed for longer than a shift. */
const UNNAMED_MAX = 256;
const UNNAMED_MS_MAX = 12 * 60 * 60_000;

/** What the bench needs from the world, and tells it. */
export interface BenchWorld {
  /** Monotonic milliseconds. */
  nowMs(): number;
  /** Now, in UTC. */
  moment(): string;
  newId(): string;
  /** Called once for every slot there is. */
  onSlot(path: string): void;
  /** Called whenever the state of a slot has changed. */
  onChange(): void;
  /** Called when a board that has had an attempt is seen under another USB address. */
  onMoved(seat: Seat): void;
}

/**
 * All slots of a station. Scans of the bus go in, changes come out. With named slots only those count; without, every port
 * on which a board in its bootloader was seen becomes a slot, labelled by its path.
 */
export class Bench {
  readonly #world: BenchWorld;
  readonly #slots = new Map<string, Followed>();
  /** Slots that were taken out while their boards sat there, the oldest first: to name one again is no plugging in. */
  readonly #unnamed = new Map<string, Followed & { readonly untilMs: number }>();
  /** Ports that the world was told of: a slot that goes and comes back is not told again. */
  readonly #opened = new Set<string>();
  #others: readonly OtherDevice[] = [];
  /** The last scan. */
  #seen: Scan | null = null;
  #isOpen = true;
  #scannedAtMs = Number.NEGATIVE_INFINITY;

  constructor(world: BenchWorld) {
    this.#world = world;
  }

  /** Names the slots; other ports do not count from now on. A slot that stays keeps its board. */
  name(slots: readonly SlotName[]): void {
    this.#isOpen = false;
    const before = new Map([...this.#unnamed, ...this.#slots]);
    this.#slots.clear();
    for (const { path, label } of slots) {
      this.#add(path, label, before.get(path)?.state);
      this.#unnamed.delete(path);
    }
    for (const [path, slot] of before) if (!this.#slots.has(path) && !this.#unnamed.has(path)) this.#unname(path, slot);
    if (this.#seen === null) return;
    // A port that is named for the first time need not wait for the next scan; that nobody has looked since is not forgotten.
    const added = [...this.#slots.keys()].filter((path) => !before.has(path));
    this.#look(added, this.#seen, this.#world.nowMs());
    this.#seeOthers(this.#seen.devices);
  }

  /**
   * Takes in one full scan of the bus, what it found beside boards (left out, nobody has told), and when it looked: several may come
   * at once after this process was busy, and a board that was away between two of them was away for longer than it takes to read them.
   */
  scan(
    devices: readonly BusDevice[],
    { hubs = this.#seen?.hubs ?? NONE, arriving = NONE }: Partial<Omit<Scan, 'devices'>> = {},
    nowMs: number = this.#world.nowMs(),
  ): void {
    if (this.#isOpen)
      for (const { path, mode } of devices) if (mode === 'dfu' && !this.#slots.has(path)) this.#add(path, path);
    this.#takeIn({ devices, hubs, arriving }, nowMs);
    this.#scannedAtMs = nowMs;
  }

  /** What the last scan found on ports that are no slots: boards first, then by port; no more than a report takes. */
  others(): readonly OtherDevice[] {
    return this.#others;
  }

  /** Tells a slot of the attempt on its board. */
  tell(path: string, event: Told): void {
    this.#tell(path, event.on === 'ended' ? { ...event, ...this.#newcomer() } : event);
  }

  #newcomer(): Newcomer {
    return { moment: this.#world.moment(), seatingId: this.#world.newId() };
  }

  #tell(path: string, event: SlotEvent): void {
    const slot = this.#slots.get(path) ?? this.#unnamed.get(path);
    if (slot === undefined) return;
    const state = next(slot.state, event);
    if (state === slot.state) return;
    const before = slot.state;
    slot.state = state;
    if (this.#slots.has(path)) this.#world.onChange();
    const seat = seatOf(path, state);
    if (seat !== null && seat.address !== seatOf(path, before)?.address) this.#world.onMoved(seat);
  }

  /** Knows again who sat where before a restart. */
  remember(seats: readonly RememberedSeat[]): void {
    for (const { slot: path, seating, attemptId, address, hasPassed } of seats) {
      if (this.#isOpen && !this.#slots.has(path)) this.#add(path, path);
      const state = { is: 'remembered', seating, attemptId, address, hasPassed, lookedSinceMs: null } as const;
      const slot = this.#slots.get(path);
      if (slot === undefined) this.#unname(path, { label: path, state });
      else slot.state = state;
    }
  }

  state(path: string): SlotState {
    return this.#slots.get(path)?.state ?? EMPTY;
  }

  /** Every slot, in the order in which they were named or first seen. */
  report(): BenchSlot[] {
    return [...this.#slots].map(([slot, { label, state }]) => ({ slot, label, state: benchState(state) }));
  }

  label(path: string): string {
    return this.#slots.get(path)?.label ?? path;
  }

  #add(path: string, label: string, state: SlotState = EMPTY): void {
    this.#slots.set(path, { label, state });
    if (this.#opened.has(path)) return;
    this.#opened.add(path);
    this.#world.onSlot(path);
  }

  #unname(path: string, slot: Followed): void {
    this.#unnamed.set(path, { ...slot, untilMs: this.#world.nowMs() + UNNAMED_MS_MAX });
  }

  #takeIn(scan: Scan, nowMs: number): void {
    this.#look([...this.#slots.keys(), ...this.#unnamed.keys()], scan, nowMs);
    this.#seen = scan;
    this.#forgetUnnamed(nowMs);
    this.#seeOthers(scan.devices);
  }

  #look(paths: readonly string[], { devices, hubs, arriving }: Scan, nowMs: number): void {
    const hubsBefore = this.#seen?.hubs ?? hubs;
    const byPath = new Map(devices.map((device) => [device.path, device]));
    for (const path of paths)
      this.#tell(path, {
        on: 'scanned',
        device: byPath.get(path) ?? null,
        arriving: arriving[path] ?? null,
        nowMs,
        unseenMs: nowMs - this.#scannedAtMs,
        hubMoved: hubsAbove(path).some((hub) => hubs[hub] !== hubsBefore[hub]),
        ...this.#newcomer(),
      });
  }

  #forgetUnnamed(nowMs: number): void {
    for (const [path, { state, untilMs }] of this.#unnamed)
      if (nowMs > untilMs || this.#unnamed.size > UNNAMED_MAX || isForgettable(state, nowMs))
        this.#unnamed.delete(path);
  }

  #seeOthers(devices: readonly BusDevice[]): void {
    const others = devices
      .filter(({ path }) => !this.#slots.has(path))
      .map(({ path, vendorId, productId, mode }) => ({ path, vendorId, productId, mode }))
      .sort(byUrgency)
      .slice(0, OTHERS_MAX);
    if (JSON.stringify(others) === JSON.stringify(this.#others)) return;
    this.#others = others;
    this.#world.onChange();
  }
}

/** The hubs on the way to a port. A root hub is none: it does not come and go, and boards on it have no other. */
function hubsAbove(path: string): string[] {
  const ports = path.split('.');
  return ports.slice(1).map((_, n) => ports.slice(0, n + 1).join('.'));
}

/** A board in its bootloader is most likely on the wrong port; a keyboard belongs where it is. */
const URGENCY: readonly BusDevice['mode'][] = ['dfu', 'application', 'other'];

function byUrgency(a: OtherDevice, b: OtherDevice): number {
  return URGENCY.indexOf(a.mode) - URGENCY.indexOf(b.mode) || comparePorts(a.path, b.path);
}

/** Where a board that has had an attempt sits; null for all others. */
function seatOf(slot: string, state: SlotState): Seat | null {
  const attempted = attemptedBoard(state);
  if (attempted === null || attempted.device === null) return null;
  const { seating, attemptId, device } = attempted;
  return { slot, seating, attemptId, address: device.address };
}
