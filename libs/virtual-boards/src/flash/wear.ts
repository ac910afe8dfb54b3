/** What a board's flash went through at one address, however many attempts that took. */
export interface Wear {
  readonly did: 'erase' | 'write';
  readonly address: number;
  readonly bytes: number;
  readonly count: number;
}

/** Every erase and write of a board, counted by address. */
export class WearLog {
  readonly #all = new Map<number, { -readonly [Fact in keyof Wear]: Wear[Fact] }>();

  count(did: Wear['did'], address: number, bytes: number): void {
    const key = did === 'erase' ? address : -address - 1;
    const known = this.#all.get(key);
    if (!known) this.#all.set(key, { did, address, bytes, count: 1 });
    else {
      known.count++;
      known.bytes = bytes;
    }
  }

  /** In the order of their first time. */
  all(): readonly Wear[] {
    return [...this.#all.values()].map((wear) => ({ ...wear }));
  }
}
