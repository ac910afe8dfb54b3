import type { FlashPlan } from '../plan.ts';
import type { DfuSession } from '../protocol/session.ts';

/** Is told about every piece that was done, in bytes. */
export type OnBytes = (bytes: number) => void;

/** Erases the sectors of a plan; all others keep what they hold. */
export async function erase(session: DfuSession, plan: FlashPlan, onBytes: OnBytes): Promise<void> {
  for (const { address, bytes } of plan.sectors) {
    await session.erase(address, bytes);
    onBytes(bytes);
  }
}

/** Writes the ranges of a plan. */
export async function write(session: DfuSession, plan: FlashPlan, onBytes: OnBytes): Promise<void> {
  for (const { address, data } of blocksOf(plan, session.blockBytes)) {
    await session.write(address, data);
    onBytes(data.length);
  }
}

/** The ranges of a plan in blocks; only the last block of a range may be short. */
export function* blocksOf(plan: FlashPlan, blockBytes: number): Generator<{ address: number; data: Uint8Array }> {
  for (const { address, data } of plan.ranges) {
    for (let at = 0; at < data.length; at += blockBytes) {
      yield { address: address + at, data: data.subarray(at, at + blockBytes) };
    }
  }
}
