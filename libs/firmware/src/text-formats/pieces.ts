import type { Range } from '../image.ts';
import { tooLarge } from '../image-fault.ts';

/** Stretches of records that follow each other: files written backwards or shuffled have many, but not this many. */
const PIECES_MAX = 262_144;

/** Gathers data records. One that continues the record before it grows the same piece, so an orderly file makes few. */
export class Pieces {
  readonly #bytes: Uint8Array;
  #used = 0;
  readonly #pieces: { readonly address: number; readonly start: number; end: number }[] = [];

  /** `digitsMax` bounds the characters the records were written with. */
  constructor(digitsMax: number) {
    this.#bytes = new Uint8Array(digitsMax >> 1);
  }

  add(address: number, data: Uint8Array): void {
    if (data.length === 0) return;
    const start = this.#used;
    this.#bytes.set(data, start);
    this.#used += data.length;
    const last = this.#pieces.at(-1);
    if (last !== undefined && last.address + (last.end - last.start) === address) last.end = this.#used;
    else this.#pieces.push({ address, start, end: this.#used });
    if (this.#pieces.length > PIECES_MAX) throw tooLarge('pieces', PIECES_MAX);
  }

  all(): Range[] {
    return this.#pieces.map(({ address, start, end }) => ({ address, data: this.#bytes.subarray(start, end) }));
  }
}
