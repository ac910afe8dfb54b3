import { Fault, hex32 } from '@flashline/contracts';
import type { Range } from '@flashline/firmware';

/**
 * What to give back to a board of which an attempt before this one may have taken it: what was rescued then, or what the board
 * holds. Throws PRESERVED_ELSEWHERE when it holds nothing and nobody can tell whether the rescued bytes are its own.
 */
export function rightOne(held: Range, rescued: readonly Range[], hasOwnSerial: boolean): Range {
  const kept = rescued.find(({ address, data }) => address === held.address && data.length === held.data.length);
  if (kept === undefined || Buffer.compare(kept.data, held.data) === 0) return held;
  if (hasOwnSerial) return kept;
  if (!isUniform(held.data)) return held;
  throw new Fault('PRESERVED_ELSEWHERE', { preserve: hex32(held.address), bytes: held.data.length });
}

/** Erased flash is all ones or all zeros. */
function isUniform(data: Uint8Array): boolean {
  return data.every((byte) => byte === data[0]);
}
