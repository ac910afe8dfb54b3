import { z } from 'zod';
import { BoardIdentity, Moment, OrderId, Sha256, U32 } from './names.ts';
import { OrderRecipe } from './recipe.ts';

/** What a board must say about itself to be programmed by an order. A null field is not compared. */
export const ExpectedBoard = z.strictObject({
  vendorId: BoardIdentity.shape.vendorId,
  productId: BoardIdentity.shape.productId,
  bcdDevice: BoardIdentity.shape.bcdDevice.nullable().default(null),
  layout: z.string().min(1).max(1024).nullable().default(null),
});
export type ExpectedBoard = z.infer<typeof ExpectedBoard>;

/** The ROM bootloader of ST and of most compatible parts. */
export const ST_BOOTLOADER: ExpectedBoard = { vendorId: 0x0483, productId: 0xdf11, bcdDevice: null, layout: null };

/** What an MES or a person sends to create a work order. */
export const NewWorkOrder = z.strictObject({
  id: OrderId.optional(),
  /** What is being made, in the words of the plant. */
  product: z
    .string()
    .trim()
    .min(1)
    .max(64)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must not hold control characters or half a character'),
  image: Sha256,
  /** Where a raw binary goes; not given for formats that say so themselves. */
  loadAddress: U32.nullable().default(null),
  quantity: z.int().min(1).max(1_000_000),
  board: ExpectedBoard.default(ST_BOOTLOADER),
  recipe: OrderRecipe.prefault({}),
  /** An order for virtual boards. It never counts as production. Left out, it follows the station. */
  simulated: z.boolean().optional(),
});
export type NewWorkOrder = z.input<typeof NewWorkOrder>;

/** `created` waits for a start; `completed` reached its quantity; `closed` was ended by a person. The last two are final. */
export const OrderState = z.enum(['created', 'active', 'paused', 'completed', 'closed']);
export type OrderState = z.infer<typeof OrderState>;
export const OrderAction = z.enum(['start', 'pause', 'close']);
export type OrderAction = z.infer<typeof OrderAction>;

/** Seatings by the outcome of their last attempt: a board that passed on its second try is good, not bad. */
export const OrderCounts = z.strictObject({
  good: z.int().nonnegative(),
  bad: z.int().nonnegative(),
  errors: z.int().nonnegative(),
  aborted: z.int().nonnegative(),
  inWork: z.int().nonnegative(),
  left: z.int().nonnegative(),
});
export type OrderCounts = z.infer<typeof OrderCounts>;

export const WorkOrder = z.strictObject({
  id: OrderId,
  product: z.string(),
  image: Sha256,
  imageName: z.string(),
  loadAddress: U32.nullable(),
  quantity: z.int().positive(),
  board: ExpectedBoard,
  recipe: OrderRecipe,
  simulated: z.boolean(),
  state: OrderState,
  counts: OrderCounts,
  createdAt: Moment,
  changedAt: Moment,
});
export type WorkOrder = z.infer<typeof WorkOrder>;
