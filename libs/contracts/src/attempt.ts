import { z } from 'zod';
import { RunningFirmware } from './application.ts';
import { FAULT_CODES } from './faults/faults.ts';
import { Digest } from './image.ts';
import { BoardIdentity, Id, Moment, OrderId, Sha256, SlotPath, StationId, U32, UnitSerial } from './names.ts';
import { Outcome, PhaseRecord } from './outcome.ts';

export const FaultDetailsShape = z.record(
  z.string().max(64),
  z.union([z.string().max(2000), z.number(), z.boolean(), z.null()]),
);

/** What is known the moment a job is assigned: the row that makes an attempt exist. */
export const Assignment = z.strictObject({
  attemptId: Id,
  station: StationId,
  slot: SlotPath,
  label: z.string().max(32),
  seatingId: Id,
  /** Null when the station flashes without a coordinator. */
  orderId: OrderId.nullable(),
  image: Sha256,
  intended: Digest,
  unit: UnitSerial.nullable(),
  simulated: z.boolean(),
  assignedAt: Moment,
});
export type Assignment = z.infer<typeof Assignment>;

const MemoryBytes = z.string().regex(/^([0-9a-f]{2}){1,4096}$/, 'must be 1-4096 bytes in lower-case hex');

/** Option bytes or one-time programmable memory that an attempt wrote, with what was there before. */
export const LockedMemory = z.strictObject({
  memory: z.enum(['option-bytes', 'otp']),
  address: U32,
  before: MemoryBytes,
  /** Null when nobody can read it any more, which is what a read protection is for. */
  after: MemoryBytes.nullable(),
});
export type LockedMemory = z.infer<typeof LockedMemory>;

/** How an attempt ended: exactly one of these for every assignment, whatever was killed or redelivered in between. */
export const AttemptResult = z
  .strictObject({
    attemptId: Id,
    outcome: Outcome,
    fault: z.enum(FAULT_CODES).nullable(),
    faultDetails: FaultDetailsShape.nullable(),
    board: BoardIdentity.nullable(),
    readback: Digest.nullable(),
    phases: z.array(PhaseRecord).max(32),
    /** In the order of writing. Left out by workers that lock nothing. */
    locked: z.array(LockedMemory).max(16).default([]),
    /** The firmware that was seen running at the end; null when nobody looked for it. */
    application: RunningFirmware.nullable().default(null),
    /** USB control transfers, all of them. */
    transfers: z.int().nonnegative(),
    toolVersion: z.string().max(64),
    startedAt: Moment,
    endedAt: Moment,
    /** Monotonic: unlike the two moments above it survives a change of the clock. */
    durationMs: z.number().nonnegative(),
  })
  .refine((result) => (result.outcome === 'pass') === (result.fault === null), {
    error: 'a pass has no fault, everything else has one',
  })
  .refine((result) => result.outcome !== 'pass' || result.readback !== null, {
    error: 'no pass without a read-back',
  });
export type AttemptResult = z.infer<typeof AttemptResult>;

/** One attempt as the ledger tells it. `result` is null while it is in work. */
export const Attempt = z.strictObject({
  ...Assignment.shape,
  /** Rises by one with every assignment; the cursor of listings. */
  seq: z.int().positive(),
  result: AttemptResult.nullable(),
  recordedAt: Moment.nullable(),
});
export type Attempt = z.infer<typeof Attempt>;
