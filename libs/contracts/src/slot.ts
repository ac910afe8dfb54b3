import { z } from 'zod';
import { FAULT_CODES } from './faults/faults.ts';
import { BoardIdentity, Id, Moment, SlotPath, StationId } from './names.ts';
import { Outcome, PhaseName } from './outcome.ts';

/** One board sitting in one slot, from plug to pull. */
export const Seating = z.strictObject({ id: Id, since: Moment, board: BoardIdentity });
export type Seating = z.infer<typeof Seating>;

/**
 * The attempt whose board this may be: it came up after that one had left for a while, and nobody can tell whether it came by itself or was
 * swapped. It does not inherit that verdict, and is worked on only when a person says so. Null for a board that is certainly another.
 */
const perhapsOf = Id.nullable();

/** What a slot is doing, as its worker sees it. The worker never says `passed`: only the ledger does. */
export const BenchState = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('empty') }),
  /** Something is plugged in that is no board, neither in its bootloader nor with its firmware running. */
  z.strictObject({ is: z.literal('stranger'), vendorId: z.int(), productId: z.int() }),
  /** `ready` is true in the bootloader. A board that runs its firmware can be taken by an order whose recipe says how to ask it. */
  z.strictObject({ is: z.literal('waiting'), seating: Seating, ready: z.boolean(), perhapsOf }),
  z.strictObject({ is: z.literal('running'), seating: Seating, attemptId: Id }),
  /** The attempt has ended; stays until the next board, so that a glance away loses nothing. `present` is false once it was pulled, `ready` is true while it is in its bootloader. */
  z.strictObject({ is: z.literal('ended'), seating: Seating, attemptId: Id, present: z.boolean(), ready: z.boolean() }),
]);
export type BenchState = z.infer<typeof BenchState>;

export const BenchSlot = z.strictObject({ slot: SlotPath, label: z.string().max(32), state: BenchState });
export type BenchSlot = z.infer<typeof BenchSlot>;

const onBoard = { seatingId: Id, since: Moment, board: BoardIdentity };

/** What a slot shows to people: the worker's view joined with the ledger's. */
export const SlotState = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('offline') }),
  z.strictObject({ is: z.literal('empty') }),
  z.strictObject({ is: z.literal('stranger'), vendorId: z.int(), productId: z.int() }),
  /** A board without an order to make it. `ready` is false while it runs its firmware. */
  z.strictObject({ is: z.literal('waiting'), ...onBoard, ready: z.boolean(), perhapsOf }),
  z.strictObject({ is: z.literal('queued'), ...onBoard, attemptId: Id }),
  z.strictObject({
    is: z.literal('running'),
    ...onBoard,
    attemptId: Id,
    phase: PhaseName.nullable(),
    /** 0 to 0.99: the last percent is the committed record. */
    progress: z.number().min(0).max(0.99),
  }),
  /** Shown only after the ledger's commit, and until the next board is plugged in. `present` is false once it was pulled. */
  z.strictObject({
    is: z.literal('done'),
    ...onBoard,
    present: z.boolean(),
    /** It is in its bootloader, so it can be run again. */
    ready: z.boolean(),
    attemptId: Id,
    outcome: Outcome,
    fault: z.enum(FAULT_CODES).nullable(),
  }),
]);
export type SlotState = z.infer<typeof SlotState>;

export const Slot = z.strictObject({
  station: StationId,
  slot: SlotPath,
  label: z.string(),
  simulated: z.boolean(),
  state: SlotState,
});
export type Slot = z.infer<typeof Slot>;
