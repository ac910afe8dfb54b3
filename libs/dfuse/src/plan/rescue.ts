import { Fault, type FaultDetails, hex32, type RangeInfo } from '@flashline/contracts';
import type { Range } from '@flashline/firmware';
import { overlaps } from './flash-plan.ts';

/** What is known about the board that holds something. */
export interface Holder {
  readonly hasOwnSerial: boolean;
  /** False after an attempt on it that may have been interrupted. */
  readonly isBelieved: boolean;
  /** What erased flash of its part holds; null when nobody knows. */
  readonly erasedByte: number | null;
}

/**
 * What a board is to hold in a range that is preserved: what it holds, or what was rescued from it when an attempt before this one
 * could not give it back. Throws PRESERVED_ELSEWHERE when it has lost it and nobody can tell whether the rescued bytes are its own.
 */
export function rightOne(held: Range, rescued: readonly Range[], holder: Holder): Range {
  const near = rescued.filter((one) => overlaps(infoOf(one), infoOf(held)));
  if (near.length === 0) return held;
  const kept = near.find(({ address, data }) => address === held.address && data.length === held.data.length);
  if (kept === undefined) throw elsewhere(held, { reason: 'another range was rescued' });
  if (Buffer.compare(kept.data, held.data) === 0) return held;
  if (!isLost(held, kept, holder)) return newer(held, kept, holder);
  if (holder.hasOwnSerial) return kept;
  throw elsewhere(held, { reason: 'its serial is not its own' });
}

/** Whether everything that was rescued has been proven on a board for which these ranges were preserved. */
export function covers(preserve: readonly RangeInfo[], rescued: readonly Range[]): boolean {
  return rescued.every(({ address, data }) =>
    preserve.some((one) => one.address === address && one.bytes === data.length),
  );
}

/** Something else is there: written since, or what an erase without power made of it. */
function newer(held: Range, kept: Range, { hasOwnSerial, isBelieved }: Holder): Range {
  return hasOwnSerial && !isBelieved ? kept : held;
}

/** True when nothing is there but what an erase leaves, or a part of what was rescued: it was never given back as a whole. */
function isLost(held: Range, kept: Range, { erasedByte }: Holder): boolean {
  const isErased = (byte: number) => (erasedByte === null ? byte === 0xff || byte === 0x00 : byte === erasedByte);
  return held.data.every((byte, at) => isErased(byte) || byte === kept.data[at]);
}

function infoOf({ address, data }: Range): RangeInfo {
  return { address, bytes: data.length };
}

function elsewhere({ address, data }: Range, details: FaultDetails): Fault {
  return new Fault('PRESERVED_ELSEWHERE', { preserve: hex32(address), bytes: data.length, ...details });
}
