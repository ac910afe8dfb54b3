import { z } from 'zod';
import { SlotPath, StationId } from './names.ts';
import { LABEL_LENGTH_MAX, SLOTS_MAX } from './slot-limits.ts';

const U16 = z.int().min(0).max(0xffff);

/** Rows and columns of one fixture. */
const GRID_MAX = 64;

/** Where a slot stands on its fixture, counted from 1 at the top left. */
export const SlotPlace = z.strictObject({
  row: z.int().min(1).max(GRID_MAX),
  column: z.int().min(1).max(GRID_MAX),
});
export type SlotPlace = z.infer<typeof SlotPlace>;

/** What a port is called on the fixture. */
export const SlotName = z.strictObject({
  path: SlotPath,
  /** What stands on the fixture, large enough to be read from two metres. */
  label: z.string().trim().min(1).max(LABEL_LENGTH_MAX),
  /** What it belongs to: a fixture, a hub. Places count within a group. */
  group: z.string().trim().min(1).max(32).optional(),
  place: SlotPlace.optional(),
});
export type SlotName = z.infer<typeof SlotName>;

/** Two slots of which nobody could say which one is meant: where the second one stands, and what they share. */
export interface SlotClash {
  readonly at: number;
  readonly field: 'path' | 'label' | 'place';
  readonly reason: string;
}

/** The first slot that has the port path, the label or the place of an earlier one. */
export function firstSlotClash(slots: readonly SlotName[]): SlotClash | null {
  const taken = new Set<string>();
  for (const [at, { path, label, group = '', place }] of slots.entries()) {
    if (taken.has(`path ${path}`)) return { at, field: 'path', reason: `port ${path} stands here twice` };
    if (taken.has(`label ${label}`)) return { at, field: 'label', reason: `label ${label} stands here twice` };
    taken.add(`path ${path}`).add(`label ${label}`);
    if (place === undefined) continue;
    const key = `place ${place.row} ${place.column} ${group}`;
    if (taken.has(key))
      return { at, field: 'place', reason: `row ${place.row}, column ${place.column} is taken by another slot` };
    taken.add(key);
  }
  return null;
}

/** The slots of a station, in the order in which people read them. */
export const SlotNames = z
  .array(SlotName)
  .max(SLOTS_MAX)
  .superRefine((slots, context) => {
    const clash = firstSlotClash(slots);
    if (clash !== null) context.addIssue({ code: 'custom', path: [clash.at, clash.field], message: clash.reason });
  });
export type SlotNames = z.infer<typeof SlotNames>;

/** What is particular to one station, never what to do with a board: the station file, its patterns written out. */
export const StationFile = z.strictObject({
  station: StationId,
  /** Without it, every port on which a board in its bootloader appears becomes a slot. */
  slots: SlotNames.optional(),
  /** Slots per port host, the child process that owns their USB handles: what a crash there can hurt. */
  slotsPerHost: z.int().min(1).max(64).optional(),
  /** Boards behind one hub that may be identified, planned and erased at the same time; without it, all of them. */
  startsPerHub: z.int().min(1).max(64).optional(),
});
export type StationFile = z.infer<typeof StationFile>;

/** A device on a port that is no slot. It is left alone. */
export const OtherDevice = z.strictObject({
  path: SlotPath,
  vendorId: U16,
  productId: U16,
  /** `dfu`: a board in its bootloader, most likely on the wrong port. `application`: a board that runs. */
  mode: z.enum(['dfu', 'application', 'other']),
});
export type OtherDevice = z.infer<typeof OtherDevice>;
