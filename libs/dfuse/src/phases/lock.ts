import { Fault, hex32 } from '@flashline/contracts';
import type { LockPlan, LockWrite } from '../plan/lock-plan.ts';
import { type DfuSession, mismatch } from '../protocol/session.ts';
import { read } from './program.ts';

/** OTP is flash: it is delivered with all ones. */
const BLANK_OTP = 0xff;

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
  /** Whether its flash can be read, or says that it cannot. */
  isReadable(): Promise<boolean>;
  /** Waits until the board is back in its bootloader and meets it again. */
  comesBack(): Promise<void>;
  /** Leaves the board to itself, idle where it still listens. Never rejects. */
  letGo(): Promise<void>;
}

/** Looks whether OTP can take what the plan writes: a bit that is programmed stays so for ever. Throws LOCK_FAILED. */
export async function requireLockable(session: DfuSession, plan: LockPlan): Promise<void> {
  for (const write of plan.filter(({ memory }) => memory === 'otp')) {
    await session.selectAlternate(write.alternate);
    const { before, wanted } = await change(session, write);
    const at = before.findIndex((byte, n) => byte !== BLANK_OTP && byte !== wanted[n]);
    if (at !== -1)
      throw new Fault('LOCK_FAILED', { memory: 'otp', address: hex32(write.region.address + at), reason: 'used' });
  }
  await session.selectAlternate(0);
}

/**
 * Writes what a plan locks, one after the other, and looks at each. Throws LOCK_FAILED when a board does not hold it. After a
 * `permanent` protection, which nobody can look at, the board was let go, and has yet to be seen to leave.
 */
export async function lock(board: Resettable, plan: LockPlan, onLocked: (locked: Locked) => void): Promise<void> {
  for (const write of plan) {
    const session = board.session();
    await session.selectAlternate(write.alternate);
    const { before, wanted } = await change(session, write);
    const isThere = Buffer.compare(before, wanted) === 0;
    // Told before it is written: what cannot be undone must not get lost with a fault.
    onLocked(lockedOf(write, before, isThere ? before : null));
    if (isThere) await session.selectAlternate(0);
    else if (write.memory === 'otp') onLocked(lockedOf(write, before, await lockOtp(session, write, wanted)));
    else onLocked(lockedOf(write, before, await lockOptionBytes(board, write, wanted)));
  }
}

async function lockOtp(session: DfuSession, write: LockWrite, wanted: Uint8Array): Promise<Uint8Array> {
  await session.write(write.region.address, wanted);
  const after = await hold(session, write, wanted);
  await session.selectAlternate(0);
  return after;
}

/** What is there afterwards; null when nobody can read it any more, as it is meant to be. */
async function lockOptionBytes(board: Resettable, write: LockWrite, wanted: Uint8Array): Promise<Uint8Array | null> {
  await board.session().writeLast(write.region.address, wanted);
  if (write.protection === 'permanent') {
    // It leaves its bootloader by itself and for ever. Whether it has, the port is to show.
    await board.letGo();
    return null;
  }
  await board.comesBack();
  if (write.protection === 'level 1') {
    // A protection that lets itself be read through is none.
    if (await board.isReadable())
      throw new Fault('LOCK_FAILED', { memory: write.memory, reason: 'flash can still be read' });
    return null;
  }
  await board.session().selectAlternate(write.alternate);
  const after = await hold(board.session(), write, wanted);
  await board.session().selectAlternate(0);
  return after;
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

function lockedOf({ memory, region }: LockWrite, before: Uint8Array, after: Uint8Array | null): Locked {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  return { memory, address: region.address, before: hex(before), after: after === null ? null : hex(after) };
}
