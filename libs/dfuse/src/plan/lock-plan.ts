import { Fault, type FaultDetails, hex32, type Part } from '@flashline/contracts';
import type { Range } from '@flashline/firmware';
import { alternateOf } from '../alternates.ts';
import { parseMemoryMap } from '../memory-map.ts';
import type { Alternate } from '../port.ts';
import type { BoardRecipe } from './flash-plan.ts';

/** What read protection will be when the option bytes are written. */
type Protection = 'open' | 'level 1' | 'permanent';

/** One stretch of option bytes or OTP to write. */
export interface LockWrite {
  readonly memory: 'option-bytes' | 'otp';
  readonly alternate: number;
  /** The region that is written as a whole: option bytes take effect together, with one reset. For OTP the bytes themselves. */
  readonly region: { readonly address: number; readonly bytes: number };
  readonly changes: readonly Range[];
  /** What read protection will be once this has been written. */
  readonly protection: Protection;
}

/** What is written last: OTP, then option bytes, then those with the read protection, after which nobody may look any more. */
export type LockPlan = readonly LockWrite[];

/** What a board shows of its memories, and the most bytes that one transfer takes. */
interface Lockable {
  readonly alternates: readonly Alternate[];
  readonly blockBytes: number;
}

/**
 * Plans what a recipe locks. Throws RECIPE_REFUSED for memory that the board does not have, and for what can never be undone
 * unless the recipe says `permanent`: OTP, RDP level 2, and option bytes of parts of which nobody knows where their RDP is.
 */
export function planLock(recipe: BoardRecipe, { alternates, blockBytes }: Lockable, part: Part | null): LockPlan {
  const otp = recipe.lock.filter(({ memory }) => memory === 'otp').map((one) => writeOf(one, alternates));
  const options = recipe.lock.filter(({ memory }) => memory === 'option-bytes').map((one) => writeOf(one, alternates));
  // A reset ends what is written: it must arrive in one piece.
  const large = [...otp, ...options].find(({ region }) => region.bytes > blockBytes);
  if (large !== undefined) throw refused({ address: hex32(large.region.address), reason: 'region too large' });
  const writes = [...otp, ...lockLast(byRegion(options), part)];
  const isPermanent = writes.some(
    ({ memory, protection }) => memory === 'otp' || protection === 'permanent' || part?.optionBytes === undefined,
  );
  if (isPermanent && !recipe.permanent)
    throw refused({ reason: 'permanent', protection: writes.at(-1)?.protection ?? 'open', otp: otp.length });
  return writes;
}

/** Whether a board is to leave its bootloader by itself once all of it is locked: at RDP level 2 it has none any more. */
export function locksForEver(plan: LockPlan): boolean {
  return plan.some(({ protection }) => protection === 'permanent');
}

function writeOf({ memory, address, data }: BoardRecipe['lock'][number], alternates: readonly Alternate[]): LockWrite {
  const change = { address, data: Uint8Array.from(Buffer.from(data, 'hex')) };
  const alternate = alternateOf(alternates, memory);
  const layout = alternates.find((one) => one.alternate === alternate)?.name;
  if (alternate === null || layout === undefined) throw refused({ memory, reason: 'the board shows no such memory' });
  const end = address + change.data.length;
  const sector = parseMemoryMap(layout).sectors.find((one) => one.address <= address && end <= one.address + one.bytes);
  if (sector === undefined) throw refused({ memory, address: hex32(address), reason: 'outside' });
  const region =
    memory === 'otp' ? { address, bytes: change.data.length } : { address: sector.address, bytes: sector.bytes };
  return { memory, alternate, region, changes: [change], protection: 'open' };
}

/** The region with the read protection goes last: the others could not be read back behind it. */
function lockLast(writes: readonly LockWrite[], part: Part | null): LockWrite[] {
  const told = writes.map((write) => ({ ...write, protection: protectionBy(write, part) }));
  return [
    ...told.filter(({ protection }) => protection === 'open'),
    ...told.filter(({ protection }) => protection !== 'open'),
  ];
}

/** What an RDP byte makes of the board; one that is not written stays what it is, and on a board that could be flashed that is open. */
function protectionBy({ changes }: LockWrite, part: Part | null): Protection {
  if (part?.optionBytes === undefined) return 'open';
  const { address, rdp } = part.optionBytes;
  const at = address + rdp.offset;
  const change = changes.findLast((one) => one.address <= at && at < one.address + one.data.length);
  const level = change?.data[at - change.address] ?? rdp.open;
  if (level === rdp.open) return 'open';
  return level === rdp.permanent ? 'permanent' : 'level 1';
}

function byRegion(writes: readonly LockWrite[]): LockWrite[] {
  const groups = Map.groupBy(writes, ({ region }) => region.address);
  return [...groups.values()].flatMap(([first, ...more]) =>
    first === undefined ? [] : [{ ...first, changes: [first, ...more].flatMap(({ changes }) => changes) }],
  );
}

function refused(details: FaultDetails): Fault {
  return new Fault('RECIPE_REFUSED', details);
}
