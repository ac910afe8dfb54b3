/** What is to happen by itself, soonest first, on a clock of its own. */
export class Agenda<Owner> {
  nowMs = 0;
  #due: { readonly atMs: number; readonly owner: Owner; readonly act: () => void }[] = [];

  get isEmpty(): boolean {
    return this.#due.length === 0;
  }

  after(ms: number, owner: Owner, act: () => void): void {
    this.#due = [...this.#due, { atMs: this.nowMs + ms, owner, act }].sort((a, b) => a.atMs - b.atMs);
  }

  /** What is to happen to these happens no more. */
  forget(isForgotten: (owner: Owner) => boolean): void {
    this.#due = this.#due.filter(({ owner }) => !isForgotten(owner));
  }

  /** Goes on to what is due next, no further than `endMs`, and takes it off; null when nothing is due until then. */
  next(endMs: number): { readonly owner: Owner; readonly act: () => void } | null {
    const [first] = this.#due;
    this.nowMs = Math.min(endMs, first?.atMs ?? endMs);
    return first !== undefined && first.atMs === this.nowMs ? (this.#due.shift() ?? null) : null;
  }
}
