import { z } from 'zod';
import { Assignment, AttemptResult } from './attempt.ts';
import { FAULT_CODES } from './faults/faults.ts';
import { Id, type Moment, SlotPath, StationId, U32 } from './names.ts';
import { ExpectedBoard } from './order.ts';
import { PhaseName } from './outcome.ts';
import { OrderRecipe } from './recipe.ts';
import { BenchSlot } from './slot.ts';
import { SLOTS_MAX } from './slot-limits.ts';
import { OtherDevice, SlotNames } from './station.ts';
import { UsbTree } from './usb-tree.ts';

/** Work for one seating of one slot. Travels on that slot's queue; the queue's job id is the attempt id. */
export const FlashJob = z.strictObject({
  assignment: Assignment,
  /** Its extension helps to tell formats apart, the same way as when it was uploaded. */
  imageName: z.string().max(255),
  loadAddress: U32.nullable(),
  board: ExpectedBoard,
  /** Left out by coordinators that know no recipes, and in journals of such times. */
  recipe: OrderRecipe.prefault({}),
});
export type FlashJob = z.infer<typeof FlashJob>;

/** What the slots of a station are called, and how the last request to change that ended. */
export const BenchNaming = z.strictObject({
  /** Null when every port on which a board in its bootloader appears becomes a slot. */
  slots: SlotNames.nullable(),
  /** Whether new names can be kept: the station was started with a station file. */
  keepsNames: z.boolean(),
  answered: z
    .strictObject({ requestId: Id, fault: z.enum(FAULT_CODES).nullable(), reason: z.string().max(500).nullable() })
    .nullable(),
});
export type BenchNaming = z.infer<typeof BenchNaming>;

/** Devices on ports that are no slots, as far as they are told. */
export const OTHERS_MAX = 64;

/** The whole bench of a station; sent on every change and once a second, so losing one costs nothing. */
export const BenchReport = z.strictObject({
  station: StationId,
  simulated: z.boolean(),
  toolVersion: z.string().max(64),
  /** What is wrong with the station, in plain words; null when all is well. */
  trouble: z.string().max(500).nullable(),
  /** The station cannot see its slots: what it says of them is old. */
  blind: z.boolean(),
  slots: z.array(BenchSlot).max(SLOTS_MAX),
  /** Boards first, then by port. */
  others: z.array(OtherDevice).max(OTHERS_MAX).default([]),
  naming: BenchNaming.default({ slots: null, keepsNames: false, answered: null }),
  /** Null where the computer does not tell. */
  usb: UsbTree.nullable().default(null),
});
export type BenchReport = z.infer<typeof BenchReport>;

/** How far one attempt is. May be lost. `fraction` counts the whole attempt, 0 to 0.99. */
export const ProgressReport = z.strictObject({
  station: StationId,
  slot: SlotPath,
  attemptId: Id,
  phase: PhaseName,
  fraction: z.number().min(0).max(0.99),
});
export type ProgressReport = z.infer<typeof ProgressReport>;

/** A final result on its way from a worker's outbox to the ledger. Sent again until it is acknowledged. */
export const ResultReport = z.strictObject({ station: StationId, assignment: Assignment, result: AttemptResult });
export type ResultReport = z.infer<typeof ResultReport>;

/** What a coordinator tells a worker. May be lost: all are repeated while they matter. */
export const WorkerCommand = z.discriminatedUnion('on', [
  /** These results are committed in the ledger; the outbox may forget them. */
  z.strictObject({ on: z.literal('recorded'), attemptIds: z.array(Id).max(1000) }),
  z.strictObject({ on: z.literal('cancel'), attemptId: Id }),
  /** Names the slots anew. The bench report answers it under the same id. */
  z.strictObject({ on: z.literal('name'), requestId: Id, slots: SlotNames }),
]);
export type WorkerCommand = z.infer<typeof WorkerCommand>;

/** Names of queues and channels: one place, so coordinator and worker cannot disagree. */
export const CHANNELS = {
  bench: 'bench',
  progress: 'progress',
  results: 'results',
  commands: (station: string) => `commands-${station}`,
  slot: (station: string, slot: string) => `slot-${station}-${slot}`,
} as const;

/** A moment as the product writes it. */
export function momentOf(epochMs: number): z.infer<typeof Moment> {
  return new Date(epochMs).toISOString();
}
