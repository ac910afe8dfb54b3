import type { Range } from '@flashline/firmware';
import type { MemoryMap, Sector } from '../memory-map.ts';

/** Flash byte by byte, as silicon has it: an erase takes a whole sector, and programming only a byte that is erased. */
export class SlowFlash {
  /** Addresses that were programmed although they were neither erased nor the same already: flash is ruined by that. */
  readonly ruined: number[] = [];
  readonly #bytes = new Map<number, number>();
  readonly #erasedByte: number;
  readonly #erasable = new Set<number>();

  constructor({ sectors }: MemoryMap, erasedByte: number) {
    this.#erasedByte = erasedByte;
    for (const sector of sectors) for (const at of addressesOf(sector)) this.#fill(at, sector.erasable);
  }

  /** What it holds before anyone comes. */
  set(address: number, byte: number): void {
    this.#bytes.set(address, byte);
  }

  at(address: number): number {
    return this.#bytes.get(address) ?? -1;
  }

  read({ address, data }: Range): Uint8Array {
    return data.map((_, i) => this.at(address + i));
  }

  erase(sector: Sector): void {
    for (const at of addressesOf(sector)) this.#bytes.set(at, this.#erasedByte);
  }

  program({ address, data }: Range): void {
    for (const [i, byte] of data.entries()) {
      const at = address + i;
      const mayBeWritten = this.at(at) === this.#erasedByte || this.at(at) === byte || !this.#erasable.has(at);
      if (!mayBeWritten) this.ruined.push(at);
      // What was programmed before stays in the cells: towards zeros where erased is ones, and the other way round.
      const mixed = this.#erasedByte === 0xff ? this.at(at) & byte : this.at(at) | byte;
      this.#bytes.set(at, this.#erasable.has(at) ? mixed : byte);
    }
  }

  #fill(at: number, isErasable: boolean): void {
    this.#bytes.set(at, this.#erasedByte);
    if (isErasable) this.#erasable.add(at);
  }
}

/** Every address of a sector. */
export function addressesOf({ address, bytes }: { readonly address: number; readonly bytes: number }): number[] {
  return Array.from({ length: bytes }, (_, i) => address + i);
}
