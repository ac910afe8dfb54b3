import type { Range } from '@flashline/firmware';
import type { MemoryMap, Sector } from '../memory-map.ts';

/** Flash byte by byte, as silicon has it: an erase takes a whole sector, and programming only a word that is erased. */
export class SlowFlash {
  /** Words that were programmed in part, or although they held something else already: flash is ruined by that. */
  readonly ruined: number[] = [];
  readonly #bytes = new Map<number, number>();
  readonly #erasedByte: number;
  readonly #wordBytes: number;
  readonly #erasable = new Set<number>();

  constructor({ sectors }: MemoryMap, erasedByte: number, wordBytes = 1) {
    this.#erasedByte = erasedByte;
    this.#wordBytes = wordBytes;
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
    for (let i = 0; i < data.length; i += this.#wordBytes)
      this.#programWord(address + i, data.subarray(i, i + this.#wordBytes));
  }

  #programWord(address: number, word: Uint8Array): void {
    const held = this.read({ address, data: word });
    const isFree = held.every((byte) => byte === this.#erasedByte) || Buffer.compare(held, word) === 0;
    const isWhole = address % this.#wordBytes === 0 && word.length === this.#wordBytes;
    if (!isWhole || (!isFree && this.#erasable.has(address))) this.ruined.push(address);
    for (const [i, byte] of word.entries()) {
      // What was programmed before stays in the cells: towards zeros where erased is ones, and the other way round.
      const mixed = this.#erasedByte === 0xff ? this.at(address + i) & byte : this.at(address + i) | byte;
      this.#bytes.set(address + i, this.#erasable.has(address) ? mixed : byte);
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
