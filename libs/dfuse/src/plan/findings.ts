import type { Part } from '@flashline/contracts';
import type { Range } from '@flashline/firmware';
import type { Sector } from '../memory-map.ts';
import { type Block, blocksOf } from './blocks.ts';
import type { FlashPlan } from './flash-plan.ts';

/** What the board holds where a piece of the image goes. Unseen is as bad as different. */
type Found = 'equal' | 'blank' | 'different' | 'unseen';

/** What the survey of a board has found so far, and what follows from it. It decides; others look. */
export class Findings {
  /** The image in the blocks in which it is read. */
  readonly blocks: readonly Block[];
  readonly #plan: FlashPlan;
  readonly #erasedByte: number | null;
  readonly #found = new Map<Range, Found>();
  readonly #dirty = new Set<Sector>();

  /** Without a part nobody knows what erased flash holds: then nothing counts as blank. */
  constructor(plan: FlashPlan, blockBytes: number, part: Part | null) {
    this.#plan = plan;
    this.#erasedByte = part?.erasedByte ?? null;
    this.blocks = [...blocksOf(plan, blockBytes)];
  }

  /** The sectors of a block that might still be left as they are. */
  openSectors({ pieces }: Block): readonly Sector[] {
    return pieces.flatMap(({ sector }) => (sector === null || this.#dirty.has(sector) ? [] : [sector]));
  }

  /** Erase this sector, whatever it holds. */
  giveUp(sector: Sector): void {
    this.#dirty.add(sector);
  }

  /** The board holds these bytes where the block goes. */
  note({ range, pieces }: Block, held: Uint8Array): void {
    for (const { part, sector } of pieces) {
      const from = part.address - range.address;
      const found = this.#compare(part.data, held.subarray(from, from + part.data.length));
      this.#found.set(part, found);
      if (found === 'different' && sector !== null) this.#dirty.add(sector);
    }
  }

  /** Sectors that must be erased before the image can be written, in address order. */
  dirtySectors(): readonly Sector[] {
    for (const { pieces } of this.blocks)
      for (const { part, sector } of pieces) if (sector !== null && !this.#found.has(part)) this.#dirty.add(sector);
    return this.#plan.sectors.filter((sector) => this.#dirty.has(sector));
  }

  /** What has to be sent when these sectors are erased: neither equal bytes, nor bytes that an erase leaves behind anyway. */
  writes(erased: (sector: Sector) => boolean): Range[] {
    const pieces = this.blocks.flatMap((block) => block.pieces);
    const isSent = ({ part, sector }: (typeof pieces)[number]) =>
      sector !== null && erased(sector) ? !this.#isBlank(part.data) : this.#found.get(part) !== 'equal';
    return joined(pieces.filter(isSent).map(({ part }) => part));
  }

  #compare(wanted: Uint8Array, held: Uint8Array): Found {
    if (Buffer.compare(wanted, held) === 0) return 'equal';
    return this.#isBlank(held) ? 'blank' : 'different';
  }

  #isBlank(data: Uint8Array): boolean {
    return this.#erasedByte !== null && data.every((byte) => byte === this.#erasedByte);
  }
}

/** Neighbours become one, so that they need one SET_ADDRESS. */
function joined(pieces: readonly Range[]): Range[] {
  const runs: Range[][] = [];
  for (const piece of pieces) {
    const last = runs.at(-1)?.at(-1);
    if (last !== undefined && last.address + last.data.length === piece.address) runs.at(-1)?.push(piece);
    else runs.push([piece]);
  }
  return runs.map((run) => ({ address: run[0]?.address ?? 0, data: Buffer.concat(run.map(({ data }) => data)) }));
}
