import { createHash } from 'node:crypto';
import { Fault, hex32 } from '@flashline/contracts';
import type { PartSpec } from '../chip/part.ts';
import type { Random } from '../random.ts';
import { type Cells, erasedCells, halfErased, markWords, mixed } from './cells.ts';
import { type Programmed, programPiece, refusalOf } from './programming.ts';
import { isTouched, type Sector, type Stretch, sectorAt, sectorsOf } from './sectors.ts';
import { type Wear, WearLog } from './wear.ts';

/** How the silicon of one board is broken or locked. None of it shows in a status code. */
export interface Defects {
  /** Acknowledges programming here and does nothing. */
  readonly deaf: readonly Stretch[];
  /** Acknowledges an erase of a sector that lies here and does nothing. */
  readonly uneraseable: readonly Stretch[];
  /** Acknowledges erasing and programming of a sector that lies here and does neither (write protection, AN2662). */
  readonly writeProtected: readonly Stretch[];
}

/** One step of an operation, with what it takes to know how things are when it is cut off. */
export type Change =
  | { readonly did: 'erase'; readonly sector: Sector; readonly before: Cells | undefined }
  | { readonly did: 'write'; readonly address: number; readonly before: Uint8Array };

interface Piece {
  readonly sector: Sector;
  readonly from: number;
  readonly to: number;
}

/** Cells that only an erase sets back; sectors take memory once something is in them. */
export class FlashMemory {
  readonly sectors: readonly Sector[];
  readonly #part: PartSpec;
  readonly #fill: (sector: Sector) => Uint8Array;
  readonly #defects: Defects;
  readonly #cells = new Map<Sector, Cells>();
  readonly #wear = new WearLog();

  /** `fill` gives what a sector holds before anything is done to it. */
  constructor(part: PartSpec, fill: (sector: Sector) => Uint8Array, defects: Defects) {
    this.sectors = sectorsOf(part.regions);
    this.#part = part;
    this.#fill = fill;
    this.#defects = defects;
  }

  sectorAt(address: number): Sector | undefined {
    return sectorAt(this.sectors, address);
  }

  /** Bytes from `address` to the end of its region; 0 outside the map. */
  bytesFrom(address: number): number {
    const sector = this.sectorAt(address);
    return sector ? sector.regionEnd - address : 0;
  }

  /** What is really there. Throws REQUEST_INVALID for addresses outside the map. */
  read(address: number, length: number): Uint8Array {
    if (length < 0 || length > this.bytesFrom(address))
      throw new Fault('REQUEST_INVALID', { address: hex32(address), length, reason: 'outside the memory map' });
    const bytes = new Uint8Array(length);
    for (const { sector, from, to } of this.#pieces(address, length))
      bytes.set(this.#cellsOf(sector).bytes.subarray(from - sector.address, to - sector.address), from - address);
    return bytes;
  }

  /** SHA-256 of what is really there, in hex. */
  digest(address: number, length: number): string {
    return createHash('sha256').update(this.read(address, length)).digest('hex');
  }

  /** Programs what an erase left, or rewrites what needs no erase; the addresses must be inside one region. */
  program(address: number, data: Uint8Array): { readonly result: Programmed; readonly change: Change | null } {
    this.#wear.count('write', address, data.length);
    const { deaf, writeProtected } = this.#defects;
    const pieces = this.#pieces(address, data.length)
      .filter(({ sector }) => !isTouched(sector, writeProtected))
      .map(({ sector, from, to }) => ({
        sector,
        cells: this.#cellsOf(sector),
        at: from - sector.address,
        wanted: data.subarray(from - address, to - address),
      }));
    for (const piece of pieces) {
      const refusal = refusalOf(piece, this.#part);
      if (refusal !== null) return { result: refusal, change: null };
    }
    const change: Change = { did: 'write', address, before: this.read(address, data.length) };
    const results = pieces.map((piece) => programPiece(piece, this.#part, deaf));
    return { result: results.includes('combined') ? 'combined' : 'done', change };
  }

  /** Erases a sector; null when the defects of the board kept it from that. */
  erase(sector: Sector): Change | null {
    this.#wear.count('erase', sector.address, sector.bytes);
    if (isTouched(sector, this.#defects.uneraseable) || isTouched(sector, this.#defects.writeProtected)) return null;
    const before = this.#cells.get(sector);
    this.#cells.set(sector, erasedCells(sector, this.#part.erasedByte));
    return { did: 'erase', sector, before };
  }

  /** Power was cut after `fraction` of these changes: one of them is half done, those behind it were never begun. */
  tear(changes: readonly Change[], fraction: number, random: Random): void {
    const cut = Math.max(0, fraction) * changes.length;
    for (const [n, change] of changes.entries()) {
      if (n + 1 <= cut) continue;
      if (change.did === 'erase') this.#tearErase(change.sector, change.before, Math.max(0, cut - n), random);
      else this.#tearWrite(change.address, change.before, Math.max(0, cut - n), random);
    }
  }

  /** Sectors whose erase was cut off and that were not erased again. What they read as says nothing. */
  weak(): readonly Sector[] {
    return this.sectors.filter((sector) => this.#cells.get(sector)?.isWeak === true);
  }

  /** True when some of these bytes are in a weak sector. */
  isWeak(address: number, length: number): boolean {
    return this.#pieces(address, length).some(({ sector }) => this.#cells.get(sector)?.isWeak === true);
  }

  /** Every erase and write so far, counted by address, in the order of their first time. */
  wear(): readonly Wear[] {
    return this.#wear.all();
  }

  #tearErase(sector: Sector, before: Cells | undefined, fraction: number, random: Random): void {
    const held = before ?? this.#initial(sector);
    this.#cells.set(sector, fraction === 0 ? held : halfErased(held, fraction, this.#part.erasedByte, random));
  }

  #tearWrite(address: number, before: Uint8Array, fraction: number, random: Random): void {
    const { overwrite, wordBytes } = this.#part;
    const cut = Math.floor(before.length * fraction);
    const torn = this.read(address, before.length);
    // One byte was on its way, so its word is not as an erase left it.
    const onItsWay = mixed(before[cut] ?? 0, torn[cut] ?? 0, Math.floor(random() * 256));
    torn.set(before.subarray(cut), cut);
    if (fraction > 0 && cut < torn.length) torn[cut] = onItsWay;
    const untouched = address + cut + (fraction > 0 ? 1 : 0);
    for (const { sector, from, to } of this.#pieces(address, torn.length)) {
      const cells = this.#cellsOf(sector);
      cells.bytes.set(torn.subarray(from - address, to - address), from - sector.address);
      if (overwrite === 'once-per-word' && untouched < to)
        markWords(cells, Math.max(from, untouched) - sector.address, to - sector.address, { wordBytes, is: 0 });
    }
  }

  #cellsOf(sector: Sector): Cells {
    const known = this.#cells.get(sector);
    if (known) return known;
    const cells = this.#initial(sector);
    this.#cells.set(sector, cells);
    return cells;
  }

  #initial(sector: Sector): Cells {
    return { bytes: this.#fill(sector), programmed: null, isWeak: false };
  }

  #pieces(address: number, length: number): Piece[] {
    const pieces: Piece[] = [];
    const end = address + length;
    for (let from = address; from < end; ) {
      const sector = this.sectorAt(from);
      if (!sector) break;
      const to = Math.min(end, sector.address + sector.bytes);
      pieces.push({ sector, from, to });
      from = to;
    }
    return pieces;
  }
}
