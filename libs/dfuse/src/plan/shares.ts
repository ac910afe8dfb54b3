import type { Part, PhaseName } from '@flashline/contracts';
import { Cost, READ_PER_KIB_MS } from './cost.ts';
import type { FlashPlan } from './flash-plan.ts';
import type { FlashWork } from './work.ts';

/** What a phase is expected to take, and over how many bytes that time is spread. */
export interface Share {
  readonly ms: number;
  readonly bytes: number;
}

/** What is expected of the phases that are still to come. */
export type Shares = Readonly<Partial<Record<PhaseName, Share>>>;

const LEAVE: Share = { ms: 20, bytes: 0 };
/** From the last answer of a bootloader to the first look of its firmware at the bus. */
const CONFIRM: Share = { ms: 1_000, bytes: 0 };

/** Before the board was looked at: everything erased, everything written. */
export function expectedShares(plan: FlashPlan, part: Part | null, willLeave: boolean): Shares {
  const cost = new Cost(part?.timing);
  return {
    plan: readShare(plan.bytes),
    erase: { ms: cost.eraseMs(plan.sectors), bytes: plan.eraseBytes },
    write: { ms: cost.writeMs(plan.bytes), bytes: plan.bytes },
    verify: readShare(plan.bytes),
    ...(willLeave ? { leave: LEAVE, confirm: CONFIRM } : {}),
  };
}

/** Now that it is known what the board holds. */
export function workShares({ erase, writeBytes }: FlashWork, part: Part | null): Shares {
  const cost = new Cost(part?.timing);
  const eraseMs = erase.kind === 'mass' ? cost.massEraseMs : cost.eraseMs(erase.sectors);
  return {
    erase: { ms: Number.isFinite(eraseMs) ? eraseMs : cost.eraseMs(erase.sectors), bytes: erase.bytes },
    write: { ms: cost.writeMs(writeBytes), bytes: writeBytes },
  };
}

function readShare(bytes: number): Share {
  return { ms: (bytes / 1024) * READ_PER_KIB_MS, bytes };
}
