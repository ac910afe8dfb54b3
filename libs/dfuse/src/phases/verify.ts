import { type Digest, Fault } from '@flashline/contracts';
import { digestOf, type Range } from '@flashline/firmware';
import type { FlashPlan } from '../plan.ts';
import { type DfuSession, mismatch } from '../protocol/session.ts';
import { blocksOf, type OnBytes } from './program.ts';

declare const proven: unique symbol;

/** Evidence that every programmed byte was read back equal. Only `verify` makes one, and a pass cannot be reported without. */
export interface Proof {
  /** Computed from the bytes that the board sent. */
  readonly readback: Digest;
  readonly [proven]: true;
}

/** Reads every byte of a plan back. Throws VERIFY_MISMATCH with the first address that holds something else. */
export async function verify(session: DfuSession, plan: FlashPlan, onBytes: OnBytes): Promise<Proof> {
  const held: Range[] = [];
  for (const { address, data } of blocksOf(plan, session.blockBytes)) {
    const found = await session.read(address, data.length);
    if (Buffer.compare(data, found) !== 0) throw new Fault('VERIFY_MISMATCH', mismatch(address, data, found));
    held.push({ address, data: found });
    onBytes(found.length);
  }
  return proofOf(digestOf(held), plan.digest);
}

/** The comparison above makes this certain; it stays, because this is the one place where a pass comes from. */
function proofOf(readback: Digest, intended: Digest): Proof {
  const isWhole = readback.bytes === intended.bytes && readback.sha256 === intended.sha256;
  if (!isWhole) throw new Fault('VERIFY_MISMATCH', { expected: intended.sha256, found: readback.sha256 });
  return { readback } as Proof;
}
