import type { Part } from '@flashline/contracts';
import type { Sector } from '../memory-map.ts';
import { Cost, READ_PER_KIB_MS } from '../plan/cost.ts';
import type { Findings } from '../plan/findings.ts';
import type { Clock } from '../port.ts';
import type { DfuSession } from '../protocol/session.ts';
import type { OnBytes } from './program.ts';

/** What a look at a board needs. */
interface Look {
  readonly part: Part | null;
  readonly clock: Clock;
  readonly onBytes: OnBytes;
  /** False when every sector must be looked at, however long that takes, because none may be erased. */
  readonly mayGiveUp: boolean;
}

/**
 * Looks at what the board holds where the image goes, a sector only until it is clear that it must be erased, and only while
 * reading it takes less than erasing and writing it would. New boards are blank: that saves their erase.
 */
export async function survey(
  session: DfuSession,
  findings: Findings,
  { part, clock, onBytes, mayGiveUp }: Look,
): Promise<void> {
  const cost = new Cost(part?.timing);
  const pace = new ReadPace(session.blockBytes);
  for (const block of findings.blocks) {
    const open = findings.openSectors(block);
    const isFlat = block.pieces.some(({ sector }) => sector === null);
    if (mayGiveUp) for (const sector of open) if (!isWorthReading(sector, pace.perKibMs, cost)) findings.giveUp(sector);
    if (!isFlat && findings.openSectors(block).length === 0) continue;
    const { address, data } = block.range;
    const askedMs = clock.now();
    findings.note(block, await session.read(address, data.length));
    pace.note(data.length, clock.now() - askedMs);
    onBytes(data.length);
  }
}

/** How fast a board is read: the fastest full block counts, for a late answer tells more of this computer, and a short one of SET_ADDRESS. */
class ReadPace {
  readonly #fullBytes: number;
  #fastestMs = Number.POSITIVE_INFINITY;

  constructor(fullBytes: number) {
    this.#fullBytes = fullBytes;
  }

  get perKibMs(): number {
    return Number.isFinite(this.#fastestMs) ? this.#fastestMs : READ_PER_KIB_MS;
  }

  note(bytes: number, ms: number): void {
    if (bytes === this.#fullBytes) this.#fastestMs = Math.min(this.#fastestMs, (ms * 1024) / bytes);
  }
}

function isWorthReading(sector: Sector, readPerKibMs: number, cost: Cost): boolean {
  return (sector.bytes / 1024) * readPerKibMs < cost.eraseMs([sector]) + cost.writeMs(sector.bytes);
}
