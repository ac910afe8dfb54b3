import { z } from 'zod';
import { SlotPath, StationId } from './names.ts';

/** One slot as the station file names it. */
export const SlotName = z.strictObject({
  path: SlotPath,
  /** What stands on the fixture, large enough to be read from two metres. */
  label: z.string().trim().min(1).max(32),
});
export type SlotName = z.infer<typeof SlotName>;

/**
 * The station file: what is particular to one station, never what to do with a board.
 * Without `slots`, every port on which a board in its bootloader appears becomes a slot.
 */
export const StationFile = z.strictObject({
  station: StationId,
  slots: z
    .array(SlotName)
    .max(256)
    .refine((slots) => new Set(slots.map(({ path }) => path)).size === slots.length, 'a port path stands here twice')
    .refine((slots) => new Set(slots.map(({ label }) => label)).size === slots.length, 'a label stands here twice')
    .optional(),
  /** Slots per port host, the child process that owns their USB handles: what a crash there can hurt. */
  slotsPerHost: z.int().min(1).max(64).optional(),
});
export type StationFile = z.infer<typeof StationFile>;
