import { createHash } from 'node:crypto';
import { Fault, type OpenLine, type SerialLine, type SerialPorts, SlotPath } from '@flashline/contracts';
import type { BusDevice, Clock, DfuBus } from '@flashline/dfuse';
import { type BoardReport, VirtualBoard } from '../board/board.ts';
import type { BoardPort } from '../board/board-port.ts';
import { type BoardSpec, parseBoardSpec } from '../board/board-spec.ts';
import type { Pace } from '../board/enumeration.ts';
import type { PartSpec } from '../chip/part.ts';
import { PARTS } from '../chip/parts.ts';

/** What to look at in a board's memory. */
export interface Inspection {
  readonly address: number;
  readonly length: number;
  /** Also hand the bytes over, not only their digest. */
  readonly withBytes?: boolean;
}

/** What is really in a board's memory, whatever a read-back says. */
export interface Inspected {
  readonly sha256: string;
  readonly bytes: Uint8Array | null;
}

export interface BenchOptions {
  readonly clock: Clock;
  /** Multiplies all durations of the boards, and the poll timeouts they report; 0 means no waiting at all. */
  readonly speed?: number;
  readonly parts?: readonly PartSpec[];
  /** The first board gets the USB address after this one. A bench that starts anew has other boards, so other addresses. */
  readonly addressBase?: number;
}

interface Plugged {
  readonly board: VirtualBoard;
  address: number;
}

/** A USB bus made of virtual boards, and the hands that plug and pull them. */
export class VirtualBench implements DfuBus {
  /** The serial ports of the boards that run their firmware. */
  readonly serial: SerialPorts = { open: (path, how) => this.#openLine(path, how) };
  readonly #pace: Pace;
  readonly #parts: readonly PartSpec[];
  readonly #plugged = new Map<string, Plugged>();
  readonly #pulled = new Map<string, VirtualBoard>();
  readonly #watchers = new Set<() => void>();
  #lastAddress: number;

  constructor({ clock, speed = 1, parts = PARTS, addressBase = 0 }: BenchOptions) {
    this.#lastAddress = addressBase;
    this.#pace = { clock, speed };
    this.#parts = parts;
  }

  list(): Promise<readonly BusDevice[]> {
    const devices: BusDevice[] = [];
    for (const [path, { board, address }] of this.#plugged) {
      const identity = board.identity();
      if (identity) devices.push({ path, address, ...identity });
    }
    return Promise.resolve(devices);
  }

  watch(onHint: () => void): () => void {
    // Wrapped, so that a function that watches twice is told twice and stops once.
    const watcher = () => onHint();
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  async open(path: string): Promise<BoardPort> {
    const plugged = this.#plugged.get(path);
    if (!plugged) throw new Fault('BOARD_GONE', { path });
    return withPath(path, () => plugged.board.open());
  }

  /** As VirtualBoard.detach, with BOARD_SILENT when nothing is there. */
  async detachIntoBootloader(path: string): Promise<void> {
    const plugged = this.#plugged.get(path);
    if (!plugged) throw new Fault('BOARD_SILENT', { path });
    withPath(path, () => plugged.board.detach());
  }

  /** Ends the bench: everything is pulled, nobody is told. */
  close(): Promise<void> {
    this.#watchers.clear();
    for (const path of [...this.#plugged.keys()]) this.unplug(path);
    return Promise.resolve();
  }

  /** Puts a new board into a slot. Throws CONFIG_INVALID for a bad description, SLOT_BUSY when a board is there. */
  plug(path: string, spec: BoardSpec): void {
    if (!SlotPath.safeParse(path).success) throw new Fault('CONFIG_INVALID', { field: 'path', expected: '1-2.3' });
    const whole = parseBoardSpec(spec);
    const part = this.#parts.find(({ name }) => name === whole.part);
    if (!part) throw new Fault('CONFIG_INVALID', { field: 'board.part', expected: this.#partNames() });
    if (this.#plugged.has(path)) throw new Fault('SLOT_BUSY', { path });
    const board = new VirtualBoard(part, whole, this.#pace);
    this.#pulled.delete(path);
    this.#plugged.set(path, { board, address: ++this.#lastAddress });
    board.onPresence = () => this.#noticePresence(path, board);
    this.#hint();
  }

  /**
   * Puts the board that was pulled from a slot back into it, see VirtualBoard.replug. Throws SLOT_UNKNOWN when no board was
   * pulled there, SLOT_BUSY when one is there.
   */
  replug(path: string): void {
    if (this.#plugged.has(path)) throw new Fault('SLOT_BUSY', { path });
    const board = this.lastBoard(path);
    this.#pulled.delete(path);
    this.#plugged.set(path, { board, address: this.#lastAddress });
    board.replug();
  }

  /** Takes the board out of a slot. Throws SLOT_UNKNOWN when there is none. */
  unplug(path: string): void {
    this.board(path).pull();
  }

  /** The board in a slot. Throws SLOT_UNKNOWN when there is none. */
  board(path: string): VirtualBoard {
    const plugged = this.#plugged.get(path);
    if (!plugged) throw new Fault('SLOT_UNKNOWN', { path: path.slice(0, 64) });
    return plugged.board;
  }

  /**
   * The board in a slot, or the one that was last pulled from it: its flash is still worth looking at. Throws SLOT_UNKNOWN.
   */
  lastBoard(path: string): VirtualBoard {
    return this.#pulled.get(path) ?? this.board(path);
  }

  /** Looks at a board's memory past its ROM. Throws SLOT_UNKNOWN, and REQUEST_INVALID outside the memory map. */
  inspect(path: string, { address, length, withBytes = false }: Inspection): Inspected {
    const bytes = this.board(path).memory.read(address, length);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { sha256, bytes: withBytes ? bytes : null };
  }

  /** What the board in a slot went through. Throws SLOT_UNKNOWN. */
  report(path: string): BoardReport {
    return this.board(path).report();
  }

  async #openLine(path: string, how: OpenLine): Promise<SerialLine> {
    how.signal?.throwIfAborted();
    const plugged = this.#plugged.get(path);
    if (!plugged) throw new Fault('BOARD_SILENT', { path, reason: 'no board is here' });
    return withPath(path, () => plugged.board.openLine(`virtual ${path}`, how));
  }

  #noticePresence(path: string, board: VirtualBoard): void {
    const plugged = this.#plugged.get(path);
    if (plugged?.board !== board) return;
    if (board.presence === 'pulled') {
      this.#plugged.delete(path);
      this.#pulled.set(path, board);
    } else if (board.presence !== 'away') plugged.address = ++this.#lastAddress;
    this.#hint();
  }

  #hint(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }

  #partNames(): string {
    return `one of ${this.#parts.map(({ name }) => name).join(', ')}`;
  }
}

/** A board does not know where it is plugged. */
function withPath<T>(path: string, open: () => T): T {
  try {
    return open();
  } catch (refusal) {
    if (refusal instanceof Fault) throw new Fault(refusal.code, { path, ...refusal.details });
    throw refusal;
  }
}
