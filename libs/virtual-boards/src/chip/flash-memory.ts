import { createHash } from 'node:crypto';
import { Fault, hex32 } from '@flashline/contracts';
import type { PartSpec } from './part.ts';

/** The smallest thing that can be erased. */
export interface Sector {
  readonly address: number;
  readonly bytes: number;
  readonly eraseMs: number;
  readonly erasable: boolean;
  readonly resetsWhenWritten: boolean;
  /** Where the region ends that the sector is part of. */
  readonly regionEnd: number;
}

/** A stretch of addresses. */
interface Stretch {
  readonly address: number;
  readonly length: number;
}

/** How the silicon of one board is broken. None of it shows in a status code. */
export interface Defects {
  /** Acknowledges programming here and does nothing. */
  readonly deaf: readonly Stretch[];
  /** Acknowledges an erase of a sector that lies here and does nothing. */
  readonly uneraseable: readonly Stretch[];
}

/** What a board's flash went through at one address, however many attempts that took. */
export interface Wear {
  readonly did: 'erase' | 'write';
  readonly address: number;
  readonly bytes: number;
  readonly count: number;
}

/** What came of programming: `combined` when bits that were already programmed stayed, `refused` when nothing was done. */
export type Programmed = 'done' | 'combined' | 'refused';

/** Cells that only an erase sets back; sectors take memory once something is in them. */
export class FlashMemory {
  readonly sectors: readonly Sector[];
  readonly #part: PartSpec;
  readonly #fill: (sector: Sector) => Uint8Array;
  readonly #defects: Defects;
  readonly #cells = new Map<Sector, Uint8Array>();
  readonly #wear = new Map<string, Wear>();

  /** `fill` gives what a sector holds before anything is done to it. */
  constructor(part: PartSpec, fill: (sector: Sector) => Uint8Array, defects: Defects) {
    this.sectors = sectorsOf(part);
    this.#part = part;
    this.#fill = fill;
    this.#defects = defects;
  }

  sectorAt(address: number): Sector | undefined {
    let low = 0;
    let high = this.sectors.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const sector = this.sectors[middle];
      if (!sector) return undefined;
      if (address < sector.address) high = middle - 1;
      else if (address >= sector.address + sector.bytes) low = middle + 1;
      else return sector;
    }
    return undefined;
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
      bytes.set(this.#cellsOf(sector).subarray(from - sector.address, to - sector.address), from - address);
    return bytes;
  }

  /** SHA-256 of what is really there, in hex. */
  digest(address: number, length: number): string {
    return createHash('sha256').update(this.read(address, length)).digest('hex');
  }

  /** Programs what an erase left; the addresses must be inside one region. */
  program(address: number, data: Uint8Array): Programmed {
    this.#count('write', address, data.length);
    if (this.#part.overwrite === 'refuses' && this.#wouldOverwrite(address, data)) return 'refused';
    let isCombined = false;
    for (const { sector, from, to } of this.#pieces(address, data.length)) {
      const piece = data.subarray(from - address, to - address);
      if (this.#programPiece(this.#cellsOf(sector).subarray(from - sector.address), piece, from)) isCombined = true;
    }
    return isCombined ? 'combined' : 'done';
  }

  erase(sector: Sector): void {
    this.#count('erase', sector.address, sector.bytes);
    if (this.#defects.uneraseable.some((stretch) => touches(stretch, sector))) return;
    this.#cells.set(sector, new Uint8Array(sector.bytes).fill(this.#part.erasedByte));
  }

  /** Every erase and write so far, counted by address, in the order of their first time. */
  wear(): readonly Wear[] {
    return [...this.#wear.values()];
  }

  /** True when the cells hold something else afterwards than was wanted. Defects do not count: nothing on the chip notices them. */
  #programPiece(cells: Uint8Array, wanted: Uint8Array, address: number): boolean {
    const { deaf } = this.#defects;
    const { erasedByte } = this.#part;
    let isCombined = false;
    for (let n = 0; n < wanted.length; n++) {
      const want = wanted[n] ?? 0;
      if (deaf.length > 0 && isIn(deaf, address + n)) continue;
      // Programming moves bits one way only: away from what an erase leaves.
      const cell = erasedByte === 0xff ? (cells[n] ?? 0) & want : (cells[n] ?? 0) | want;
      cells[n] = cell;
      if (cell !== want) isCombined = true;
    }
    return isCombined;
  }

  #wouldOverwrite(address: number, data: Uint8Array): boolean {
    const now = this.read(address, data.length);
    return now.some((byte, n) => byte !== this.#part.erasedByte && byte !== data[n]);
  }

  #cellsOf(sector: Sector): Uint8Array {
    const known = this.#cells.get(sector);
    if (known) return known;
    const cells = this.#fill(sector);
    this.#cells.set(sector, cells);
    return cells;
  }

  *#pieces(address: number, length: number): Generator<{ sector: Sector; from: number; to: number }> {
    const end = address + length;
    for (let from = address; from < end; ) {
      const sector = this.sectorAt(from);
      if (!sector) return;
      const to = Math.min(end, sector.address + sector.bytes);
      yield { sector, from, to };
      from = to;
    }
  }

  #count(did: Wear['did'], address: number, bytes: number): void {
    const key = `${did} ${address}`;
    this.#wear.set(key, { did, address, bytes, count: (this.#wear.get(key)?.count ?? 0) + 1 });
  }
}

function isIn(stretches: readonly Stretch[], address: number): boolean {
  return stretches.some((stretch) => address >= stretch.address && address < stretch.address + stretch.length);
}

function touches(stretch: Stretch, sector: Sector): boolean {
  return stretch.address < sector.address + sector.bytes && sector.address < stretch.address + stretch.length;
}

function sectorsOf(part: PartSpec): Sector[] {
  return part.regions.flatMap(({ address, sectors, erasable, resetsWhenWritten }) => {
    const regionEnd = address + sectors.reduce((sum, run) => sum + run.count * run.bytes, 0);
    let next = address;
    return sectors.flatMap(({ count, bytes, eraseMs }) =>
      Array.from({ length: count }, () => {
        const sector = { address: next, bytes, eraseMs, erasable, resetsWhenWritten, regionEnd };
        next += bytes;
        return sector;
      }),
    );
  });
}
