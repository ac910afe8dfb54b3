import type { BoardIdentity, Part } from '@flashline/contracts';
import { type Pace, UNKNOWN_PACE } from './pacing.ts';

/** Kinds of boards remembered; a station sees a handful. */
const KINDS_MAX = 64;

/** What boards of one kind have taught about asking them, for the next board of that kind. One for each process is enough. */
export class PaceBook {
  readonly #paces = new Map<string, Pace>();

  /** What is known about boards like this one; `part` tells parts apart that show the same flash. */
  of(board: BoardIdentity, part: Part | null): Pace {
    return this.#paces.get(kindOf(board, part)) ?? UNKNOWN_PACE;
  }

  /** Keeps what a visit has learned. */
  keep(board: BoardIdentity, part: Part | null, pace: Pace): void {
    const kind = kindOf(board, part);
    this.#paces.delete(kind);
    this.#paces.set(kind, pace);
    for (const oldest of [...this.#paces.keys()].slice(0, -KINDS_MAX)) this.#paces.delete(oldest);
  }
}

/** Never the serial: it is another board's, or the same on all. */
function kindOf({ vendorId, productId, bcdDevice, layout }: BoardIdentity, part: Part | null): string {
  return `${vendorId} ${productId} ${bcdDevice} ${layout} ${part?.name}`;
}
