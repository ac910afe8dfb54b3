import { z } from 'zod';
import { Attempt } from './attempt.ts';
import { FAULT_CODES } from './faults/faults.ts';
import { Id, Moment, OrderId, Sha256, SlotPath, StationId, UnitSerial } from './names.ts';
import { WorkOrder } from './order.ts';
import { Outcome } from './outcome.ts';
import { Slot } from './slot.ts';
import { OtherDevice, SlotName, SlotNames } from './station.ts';
import { UsbTree } from './usb-tree.ts';

/** RFC 9457 problem details, with the stable code of the fault catalogue. */
export const Problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.enum(FAULT_CODES),
  /** What the person who meets it does. */
  action: z.string(),
  detail: z.string().optional(),
  instance: z.string().optional(),
  errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof Problem>;

/** An MES starts runs on slots that hold a board; a slot that already ran gets a new attempt on the same seating. */
export const NewRuns = z.strictObject({
  orderId: OrderId.optional(),
  slots: z
    .array(z.strictObject({ station: StationId.optional(), slot: SlotPath, unit: UnitSerial.optional() }))
    .min(1)
    .max(256),
});
export type NewRuns = z.infer<typeof NewRuns>;

/** One entry per requested slot, in the order of the request: started, or the fault that kept it from starting. */
export const StartedRuns = z.strictObject({
  runs: z.array(
    z.strictObject({
      slot: SlotPath,
      attemptId: Id.nullable(),
      fault: z.enum(FAULT_CODES).nullable(),
    }),
  ),
});
export type StartedRuns = z.infer<typeof StartedRuns>;

/** Filters and paging of the log. Newest first; `cursor` is the opaque `next` of the page before. */
export const AttemptQuery = z.strictObject({
  orderId: OrderId.optional(),
  station: StationId.optional(),
  slot: SlotPath.optional(),
  unit: UnitSerial.optional(),
  outcome: Outcome.optional(),
  fault: z.enum(FAULT_CODES).optional(),
  image: Sha256.optional(),
  since: Moment.optional(),
  until: Moment.optional(),
  /** Matches the beginning of ids, and any part of unit, USB serial, label or order. */
  search: z.string().trim().min(1).max(64).optional(),
  cursor: z.string().max(32).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
export type AttemptQuery = z.infer<typeof AttemptQuery>;

export const AttemptPage = z.strictObject({ attempts: z.array(Attempt), next: z.string().nullable() });
export type AttemptPage = z.infer<typeof AttemptPage>;

export const Health = z.strictObject({
  status: z.enum(['ok', 'degraded']),
  version: z.string(),
  startedAt: Moment,
  /** What is wrong, in plain words; empty when the status is ok. */
  troubles: z.array(z.string()),
  stations: z.array(
    z.strictObject({ station: StationId, online: z.boolean(), simulated: z.boolean(), slots: z.int() }),
  ),
});
export type Health = z.infer<typeof Health>;

/** What the slots of a station are called, and what sits on ports that are none. */
export const StationSlots = z.strictObject({
  station: StationId,
  online: z.boolean(),
  simulated: z.boolean(),
  /** Null when every port on which a board in its bootloader appears becomes a slot. */
  slots: z.array(SlotName).nullable(),
  /** Whether the slots can be named over this API: the station was started with a station file. */
  keepsNames: z.boolean(),
  others: z.array(OtherDevice),
});
export type StationSlots = z.infer<typeof StationSlots>;

/** All the slots that a station is to have; ports that are not listed are no slots any more. */
export const NewSlots = z.strictObject({ slots: SlotNames.min(1) });
export type NewSlots = z.infer<typeof NewSlots>;

/** Hubs, capacities and findings of a station's computer. */
export const StationUsb = z.strictObject({
  station: StationId,
  online: z.boolean(),
  /** Null where the computer does not tell. */
  usb: UsbTree.nullable(),
});
export type StationUsb = z.infer<typeof StationUsb>;

/** How a station is built: what changes when somebody moves a cable, not with every board. */
export const StationSetup = z.strictObject({ ...StationSlots.shape, ...StationUsb.shape });
export type StationSetup = z.infer<typeof StationSetup>;

/** What the event stream carries. The first event is always a snapshot; after a gap a client simply connects again. */
export const LiveEvent = z.discriminatedUnion('on', [
  z.strictObject({
    on: z.literal('snapshot'),
    health: Health,
    stations: z.array(StationSetup),
    slots: z.array(Slot),
    order: WorkOrder.nullable(),
    attempts: z.array(Attempt),
  }),
  z.strictObject({ on: z.literal('health'), health: Health }),
  z.strictObject({ on: z.literal('station'), station: StationSetup }),
  z.strictObject({ on: z.literal('slot'), slot: Slot }),
  /** The order the station works on has changed, or there is none any more. */
  z.strictObject({ on: z.literal('order'), order: WorkOrder.nullable() }),
  /** An attempt was committed. */
  z.strictObject({ on: z.literal('attempt'), attempt: Attempt }),
]);
export type LiveEvent = z.infer<typeof LiveEvent>;
