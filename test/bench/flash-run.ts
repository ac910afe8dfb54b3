import { PLAIN_RECIPE } from '@flashline/contracts';
import { type Clock, runAttempt } from '@flashline/dfuse';
import type { FirmwareImage } from '@flashline/firmware';
import type { PartSpec, VirtualBench } from '@flashline/virtual-boards';
import { boardOf } from '../engine/part-image.ts';
import { KNOWN_PARTS } from '../engine/rig.ts';

/** What one flash cost. */
export interface Cost {
  /** From opening the board to the order to start, with every byte read back before it. */
  readonly seconds: number;
  /** From there until the board was seen running its firmware; most of it is the board's own start. */
  readonly confirmSeconds: number;
  readonly transfers: number;
}

/** Flashes the board in a slot with the engine as it is shipped, knowing its part and nothing else about it. */
export async function flashTimed(
  { bench, clock }: { readonly bench: VirtualBench; readonly clock: Clock },
  slot: string,
  { part, image }: { readonly part: PartSpec; readonly image: FirmwareImage },
): Promise<Cost> {
  // A read-protected board can only pass when its protection may be taken off.
  const recipe = { ...PLAIN_RECIPE, unprotect: true };
  const context = { clock, signal: new AbortController().signal, onProgress: () => {}, parts: KNOWN_PARTS };
  const beganMs = clock.now();
  const report = await runAttempt(bench, slot, { image, board: boardOf(part), leave: true, recipe }, context);
  const tookMs = clock.now() - beganMs;
  if (report.outcome !== 'pass')
    throw new Error(`${part.name} did not pass: ${report.fault} ${JSON.stringify(report.faultDetails)}`);
  const confirmMs = report.phases.find(({ name }) => name === 'confirm')?.ms ?? 0;
  return { seconds: (tookMs - confirmMs) / 1000, confirmSeconds: confirmMs / 1000, transfers: report.transfers };
}
