import { Fault, type FaultCode, hex32 } from '@flashline/contracts';
import type { LockPlan, LockWrite } from '../plan/lock-plan.ts';
import { type DfuSession, mismatch } from '../protocol/session.ts';
import { read } from './program.ts';

/** What was locked, with what was there before. */
export interface Locked {
  readonly memory: LockWrite['memory'];
  readonly address: number;
  /** Hex digits. */
  readonly before: string;
  /** Null when nobody can read it any more, which is what a read protection is for. */
  readonly after: string | null;
}

/** A board that may reset in between: gives its session, and a new one after a reset. */
export interface Resettable {
  session(): DfuSession;
  /** Waits until the board is back in its bootloader and meets it again. */
  comesBack(): Promise<void>;
  /** Sees the board gone from its bootloader for good. */
  staysAway(): Promise<void>;
}

/** Writes what a plan locks, region after region, and looks at each. Throws LOCK_FAILED when a board does not hold it. */
export async function lock(board: Resettable, plan: LockPlan, onLocked: (locked: Locked) => void): Promise<void> {
  for (const [n, write] of plan.writes.entries()) {
    const isLast = n === plan.writes.length - 1;
    if (write.memory === 'otp') onLocked(await lockOtp(board.session(), write));
    else onLocked(await lockOptionBytes(board, write, isLast ? plan.protection : 'open'));
  }
}

async function lockOtp(session: DfuSession, write: LockWrite): Promise<Locked> {
  await session.selectAlternate(write.alternate);
  const { before, wanted } = await change(session, write);
  if (Buffer.compare(before, wanted) !== 0) await session.write(write.region.address, wanted);
  const after = await hold(session, write, wanted);
  await session.selectAlternate(0);
  return lockedOf(write, before, after);
}

async function lockOptionBytes(
  board: Resettable,
  write: LockWrite,
  protection: LockPlan['protection'],
): Promise<Locked> {
  const session = board.session();
  await session.selectAlternate(write.alternate);
  const { before, wanted } = await change(session, write);
  if (Buffer.compare(before, wanted) === 0) {
    await session.selectAlternate(0);
    return lockedOf(write, before, before);
  }
  await session.writeLast(write.region.address, wanted);
  if (protection === 'permanent') {
    await board.staysAway();
    return lockedOf(write, before, null);
  }
  await board.comesBack();
  if (protection === 'level 1') {
    await requireProtected(board.session());
    return lockedOf(write, before, null);
  }
  await board.session().selectAlternate(write.alternate);
  const after = await hold(board.session(), write, wanted);
  await board.session().selectAlternate(0);
  return lockedOf(write, before, after);
}

/** What is there, and what is to be there: option bytes that the recipe does not name stay. */
async function change(
  session: DfuSession,
  { region, changes }: LockWrite,
): Promise<{ before: Uint8Array; wanted: Uint8Array }> {
  const { data: before } = await read(session, region.address, region.bytes, () => undefined);
  const wanted = before.slice();
  for (const { address, data } of changes) wanted.set(data, address - region.address);
  return { before, wanted };
}

async function hold(session: DfuSession, { memory, region }: LockWrite, wanted: Uint8Array): Promise<Uint8Array> {
  const { data: after } = await read(session, region.address, region.bytes, () => undefined);
  if (Buffer.compare(after, wanted) === 0) return after;
  throw new Fault('LOCK_FAILED', { memory, ...mismatch(region.address, wanted, after) });
}

const REFUSALS: ReadonlySet<FaultCode> = new Set<FaultCode>(['BOARD_READ_PROTECTED', 'BOARD_STALLED']);
/** Where the flash of every part begins that ST's ROMs serve. */
const FLASH_ADDRESS = 0x0800_0000;

/** A protection that lets itself be read through is none. */
async function requireProtected(session: DfuSession): Promise<void> {
  try {
    await session.read(FLASH_ADDRESS, 2);
  } catch (thrown) {
    if (thrown instanceof Fault && REFUSALS.has(thrown.code)) return session.settle();
    throw thrown;
  }
  throw new Fault('LOCK_FAILED', {
    memory: 'option-bytes',
    reason: 'flash can still be read',
    address: hex32(FLASH_ADDRESS),
  });
}

function lockedOf({ memory, region }: LockWrite, before: Uint8Array, after: Uint8Array | null): Locked {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  return { memory, address: region.address, before: hex(before), after: after === null ? null : hex(after) };
}
