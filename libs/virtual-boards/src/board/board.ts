import { Fault, type OpenLine } from '@flashline/contracts';
import type { BusDevice } from '@flashline/dfuse';
import { Application } from '../application/application.ts';
import type { PartSpec } from '../chip/part.ts';
import { readProtected } from '../chip/read-protection.ts';
import { atSpeed, slowed } from '../chip/speed.ts';
import { contentsOf } from '../flash/contents.ts';
import { FlashMemory } from '../flash/flash-memory.ts';
import type { Wear } from '../flash/wear.ts';
import { seededRandom } from '../random.ts';
import { Chip } from '../rom/chip.ts';
import type { DfuState, DfuStatus } from '../rom/dfu-words.ts';
import type { Departure } from '../rom/exchange.ts';
import { FRESH, type Leftover, leftoverOf } from '../rom/leftover.ts';
import { type Sin, Sins } from '../rom/sins.ts';
import { BoardLine } from './board-line.ts';
import { BoardPort } from './board-port.ts';
import type { WholeBoardSpec } from './board-spec.ts';
import { Enumeration, type Pace } from './enumeration.ts';
import { isTrouble, ofKind, type Trouble } from './misbehaviour.ts';

/** The host resets the bus at once. */
const DETACH_TIMEOUT_MS = 1_000;

/**
 * Where a board is, seen from the bus. `away` is between leaving its bootloader and enumerating again, or for good: read
 * protection level 2 has no bootloader to come back in, and without a firmware there is nothing else.
 */
export type Presence = 'dfu' | 'application' | 'away' | 'pulled';

/** What can be found out about a board besides its memory. */
export interface BoardReport {
  readonly part: string;
  readonly presence: Presence;
  readonly state: DfuState;
  readonly status: DfuStatus;
  /** Control transfers since it was made, SET_INTERFACE included. */
  readonly transfers: number;
  readonly sins: readonly Sin[];
  readonly wear: readonly Wear[];
}

/**
 * Long enough that a host has read what a firmware said last: Linux throws away what a program has not taken from a serial
 * port that disappears.
 */
const SHUT_DOWN_MS = 100;

/** A board as a device: it keeps its memory and its state whoever talks to it, and holds hosts to the rules of its ROM. */
export class VirtualBoard {
  readonly part: PartSpec;
  readonly spec: WholeBoardSpec;
  readonly memory: FlashMemory;
  /** Called after every change of presence. */
  onPresence: () => void = () => {};
  readonly #pace: Pace;
  readonly #chip: Chip;
  #power = new AbortController();
  #presence: Presence;
  /** What happens to transfers; nothing any more once it was pulled. */
  #troubles: readonly Trouble[];
  #enumeration: Enumeration;
  #port: BoardPort | null = null;
  /** The firmware of this stay on the bus, whoever talks to it: a command line stays open when a port is closed. */
  #firmware: Application | null = null;
  #hears: (bytes: Uint8Array) => void = () => {};
  #line: BoardLine | null = null;

  constructor(part: PartSpec, spec: WholeBoardSpec, pace: Pace) {
    const { misbehaviours, contents, seed } = spec;
    const slowdown = ofKind(misbehaviours, 'slow').reduce((product, { factor }) => product * factor, 1);
    const whole = slowed(atSpeed(part, pace.speed), slowdown);
    this.part = ofKind(misbehaviours, 'read-protected').length > 0 ? readProtected(whole) : whole;
    this.spec = spec;
    this.#pace = pace;
    this.memory = new FlashMemory(this.part, contentsOf(this.part, contents, seed), {
      deaf: ofKind(misbehaviours, 'silent-write-loss'),
      uneraseable: ofKind(misbehaviours, 'silent-erase-failure'),
      writeProtected: ofKind(misbehaviours, 'write-protected'),
    });
    this.#chip = new Chip(this.part, this.memory, new Sins(), (address, length) => this.#readOut(address, length));
    const [found] = ofKind(misbehaviours, 'found-in');
    this.#troubles = misbehaviours.filter(isTrouble);
    this.#enumeration = this.#enumerate(found ? leftoverOf(this.part, found.state) : FRESH);
    this.#presence = spec.mode;
  }

  get presence(): Presence {
    return this.#presence;
  }

  /** What the bus says about the board, or null when it is not there. */
  identity(): Omit<BusDevice, 'path' | 'address'> | null {
    const { vendorId, productId, bcdDevice, application } = this.part;
    if (this.#presence === 'dfu') return { vendorId, productId, bcdDevice, usbSerial: this.#usbSerial(), mode: 'dfu' };
    if (this.#presence === 'application') return { ...application, mode: 'application' };
    return null;
  }

  /** Everything that hosts did to the board and did wrong. */
  report(): BoardReport {
    const { state, status } = this.#enumeration.machine;
    const { sins } = this.#chip;
    const events = { transfers: sins.transfer, sins: sins.all(), wear: this.memory.wear() };
    return { part: this.part.name, presence: this.#presence, state, status, ...events };
  }

  /**
   * Opens the DFU interface. Throws BOARD_GONE when the board is not in its bootloader, USB_BUSY when it is open already.
   */
  open(): BoardPort {
    if (this.#presence !== 'dfu') throw new Fault('BOARD_GONE', { presence: this.#presence });
    if (this.#port) throw new Fault('USB_BUSY');
    const { vendorId, productId, bcdDevice, functional, alternates } = this.part;
    const device = { vendorId, productId, bcdDevice, usbSerial: this.#usbSerial(), functional, alternates };
    this.#chip.alternate = 0;
    const port = new BoardPort(device, this.#enumeration, this.#chip.sins, () => {
      // A port of an earlier enumeration has nothing to give back.
      if (this.#port === port) this.#port = null;
    });
    this.#port = port;
    return port;
  }

  /**
   * Talks to the firmware as its USB connection; `say` is called with what it sends from now on. Throws BOARD_GONE when the
   * board is not running it.
   */
  talk(say: (bytes: Uint8Array) => void): Application {
    if (this.#presence !== 'application') throw new Fault('BOARD_GONE', { presence: this.#presence });
    const { part, spec } = this;
    this.#hears = say;
    const chip = { part, seed: spec.seed, dfuSerial: this.#usbSerial() };
    this.#firmware ??= new Application(spec.application, chip, this.#pace, {
      say: (bytes) => this.#hears(bytes),
      restart: (into) => this.#restart(into),
    });
    return this.#firmware;
  }

  /**
   * Opens the serial port of the firmware, as a computer names it. Throws BOARD_SILENT when the board is not running it,
   * USB_BUSY when it is open already.
   */
  openLine(device: string, { baudRate, hear }: OpenLine): BoardLine {
    if (this.#presence !== 'application') throw new Fault('BOARD_SILENT', { presence: this.#presence });
    if (this.#line) throw new Fault('USB_BUSY');
    const line = new BoardLine(device, this.talk(hear), () => {
      this.#line = null;
      this.#hears = () => {};
    });
    this.#line = line;
    line.begin(baudRate);
    return line;
  }

  /** DFU DETACH, and the reset that it waits for (DFU 1.1, 5.1). Throws BOARD_SILENT when no firmware runs that knows it. */
  detach(): void {
    const firmware = this.#presence === 'application' ? this.talk(this.#hears) : null;
    if (!firmware?.spec.accepts.includes('dfu-detach')) throw new Fault('BOARD_SILENT', { presence: this.#presence });
    firmware.detach(DETACH_TIMEOUT_MS);
    firmware.busReset();
  }

  /** Takes the board off the bus: what is under way rejects with `gone`, and what its flash is busy with stays half done. */
  pull(): void {
    if (this.#presence === 'pulled') return;
    this.#enumeration.powerOff(this.spec.seed);
    this.#power.abort();
    this.#move('pulled');
  }

  /**
   * Gives a board that was pulled power again. Its memory is as it was left and its ROM starts anew. What was to happen to
   * transfers does not happen any more; what is wrong with the board itself stays wrong. The counts of its report go on.
   */
  replug(): void {
    if (this.#presence !== 'pulled') return;
    this.#power = new AbortController();
    this.#chip.reset();
    this.#troubles = [];
    this.#arrive(this.spec.mode);
  }

  /** Comes onto the bus; with read protection level 2 there is only the firmware to start, or nothing. */
  #arrive(wanted: 'application' | 'dfu'): void {
    const closed = this.#wouldStart() ? 'application' : 'away';
    const presence = this.#chip.rdpLevel === 2 ? closed : wanted;
    if (presence === 'dfu') this.#enumeration = this.#enumerate(FRESH);
    this.#move(presence);
  }

  #enumerate(found: Leftover): Enumeration {
    return new Enumeration(this.#chip, { found, troubles: this.#troubles }, this.#pace, {
      onUnplug: () => this.pull(),
      onDepart: (departure) => this.#depart(departure),
    });
  }

  #depart({ why, awayMs }: Departure): void {
    const starts = why === 'leave' && this.#wouldStart();
    this.#comeBack(starts ? 'application' : 'dfu', awayMs);
  }

  /** The firmware restarts the chip, which takes it a moment to come to. */
  #restart(into: 'application' | 'dfu'): void {
    this.#pace.clock.sleep(SHUT_DOWN_MS * this.#pace.speed, this.#power.signal).then(
      () => {
        if (this.#presence === 'application') this.#comeBack(into, 0);
      },
      // Pulled before.
      () => {},
    );
  }

  #comeBack(as: 'application' | 'dfu', awayMs: number): void {
    this.#move('away');
    this.#pace.clock.sleep(awayMs + this.part.timing.returnMs, this.#power.signal).then(
      () => {
        this.#chip.reset();
        this.#arrive(as);
      },
      // Pulled while it was away.
      () => {},
    );
  }

  #move(presence: Presence): void {
    this.#presence = presence;
    if (presence !== 'dfu') {
      this.#enumeration.end();
      this.#port = null;
    }
    if (presence !== 'application') {
      this.#firmware?.stop();
      this.#firmware = null;
      this.#line?.end();
      this.#line = null;
    }
    this.onPresence();
  }

  /** The ROM jumps to the address pointer when a firmware seems to be there: a stack in RAM, a reset handler in flash. */
  #wouldStart(): boolean {
    const { pointer } = this.#chip;
    if (ofKind(this.spec.misbehaviours, 'refuses-to-leave').length > 0) return false;
    if (this.memory.bytesFrom(pointer) < 8) return false;
    const vectors = new DataView(this.memory.read(pointer, 8).buffer);
    const stack = vectors.getUint32(0, true);
    const reset = vectors.getUint32(4, true);
    const hasStack = this.part.ram.some(({ address, bytes }) => stack > address && stack <= address + bytes);
    return hasStack && this.memory.sectorAt(reset)?.kind === 'flash';
  }

  #readOut(address: number, length: number): Uint8Array {
    const bytes = this.memory.read(address, length);
    for (const flip of ofKind(this.spec.misbehaviours, 'bit-flip')) {
      const byte = bytes[flip.address - address];
      if (byte !== undefined) bytes[flip.address - address] = byte ^ (1 << flip.bit);
    }
    return bytes;
  }

  #usbSerial(): string {
    const [forced] = ofKind(this.spec.misbehaviours, 'equal-serial');
    if (forced) return forced.usbSerial;
    if (this.spec.usbSerial !== null) return this.spec.usbSerial;
    if (this.part.usbSerial !== 'per-chip') return this.part.usbSerial.constant;
    return serialOf(this.spec.seed);
  }
}

/** Twelve hex digits, as the ROM makes them from the id of the chip (sources.md 5.8). */
function serialOf(seed: number): string {
  const random = seededRandom(seed);
  const digits = Array.from({ length: 12 }, () => Math.floor(random() * 16).toString(16));
  return digits.join('').toUpperCase();
}
