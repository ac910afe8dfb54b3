import { type Digest, Fault } from '@flashline/contracts';
import { digestOf, type Range } from '@flashline/firmware';
import { cut } from '../plan/blocks.ts';
import { type DfuSession, mismatch } from '../protocol/session.ts';
import type { OnBytes } from './program.ts';

declare const proven: unique symbol;

/** Evidence that every programmed byte was read back equal. Only `verify` makes one, and a pass cannot be reported without. */
export interface Proof {
  /** Computed from the bytes that the board sent. */
  readonly readback: Digest;
  readonly [proven]: true;
}

/** What a board must hold, and the digest of it. */
export interface Expected {
  readonly ranges: readonly Range[];
  readonly digest: Digest;
}

/** Reads every byte back. Throws VERIFY_MISMATCH with the first address that holds something else. */
export async function verify(session: DfuSession, { ranges, digest }: Expected, onBytes: OnBytes): Promise<Proof> {
  return proofOf(digestOf(await readEqual(session, ranges, onBytes)), digest);
}

/** Reads ranges back and returns what the board sent, which is equal. Throws VERIFY_MISMATCH. */
export async function readEqual(session: DfuSession, ranges: readonly Range[], onBytes: OnBytes): Promise<Range[]> {
  const held: Range[] = [];
  for (const { address, data } of cut(ranges, session.blockBytes)) {
    const found = await session.read(address, data.length);
    if (Buffer.compare(data, found) !== 0) throw new Fault('VERIFY_MISMATCH', mismatch(address, data, found));
    held.push({ address, data: found });
    onBytes(found.length);
  }
  return held;
}

/** The comparison above makes this certain; it stays, because this is the one place where a pass comes from. */
function proofOf(readback: Digest, intended: Digest): Proof {
  const isWhole = readback.bytes === intended.bytes && readback.sha256 === intended.sha256;
  if (!isWhole) throw new Fault('VERIFY_MISMATCH', { expected: intended.sha256, found: readback.sha256 });
  return { readback } as Proof;
}
