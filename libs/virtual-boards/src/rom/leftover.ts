import type { PartSpec } from '../chip/part.ts';
import { sectorsOf } from '../flash/sectors.ts';
import { COMMAND, type DfuState, type DfuStatus } from './dfu-words.ts';
import type { Stored } from './rom-commands.ts';

/** What a DFU state machine can be found in when another tool was here before. */
export const FOUND_STATES = ['dfuERROR', 'dfuDNLOAD-IDLE', 'dfuUPLOAD-IDLE', 'dfuDNLOAD-SYNC'] as const;
export type FoundState = (typeof FOUND_STATES)[number];

/** Where a DFU state machine starts from. */
export interface Leftover {
  readonly state: DfuState;
  readonly status: DfuStatus;
  readonly stored: Stored | null;
}

/** A ROM that has just been started. */
export const FRESH: Leftover = { state: 'dfuIDLE', status: 'OK', stored: null };

/**
 * What another tool left. dfuERROR is errFIRMWARE, as after a jump into the ROM (sources.md 5.3). In dfuDNLOAD-SYNC an erase
 * of the first sector waits for the GETSTATUS that would carry it out.
 */
export function leftoverOf(part: PartSpec, state: FoundState): Leftover {
  if (state === 'dfuERROR') return { state, status: 'errFIRMWARE', stored: null };
  if (state !== 'dfuDNLOAD-SYNC') return { state, status: 'OK', stored: null };
  const data = new Uint8Array(5);
  const first = sectorsOf(part.regions).find(({ erasable }) => erasable);
  data[0] = COMMAND.erase;
  new DataView(data.buffer).setUint32(1, first?.address ?? 0, true);
  return { state, status: 'OK', stored: { block: 0, data } };
}
