import { type OrderCounts, OrderRecipe, type OrderState, type Outcome, type WorkOrder } from '@flashline/contracts';
import type { OrderRow } from '../ledger.ts';

/** A row of `work_order` as it is sent. */
export interface OrderColumns {
  readonly id: string;
  readonly product: string;
  readonly image_sha256: string;
  readonly load_address: number | null;
  readonly quantity: number;
  readonly board_vendor_id: number;
  readonly board_product_id: number;
  readonly board_bcd_device: number | null;
  readonly board_layout: string | null;
  readonly recipe: string;
  readonly simulated: number;
}

/** A row of `work_order` as it is read, with the name of its image. */
export interface StoredOrder extends Omit<OrderColumns, 'recipe'> {
  /** Null in orders from before there were recipes. */
  readonly recipe: string | null;
  readonly image_name: string;
  readonly state: OrderState;
  readonly created_at: string;
  readonly changed_at: string;
}

/** Seatings of an order by the outcome of their last recorded attempt. */
export interface TallyRow {
  readonly outcome: Outcome;
  readonly seatings: number;
}

/** The columns that hold an order. */
export function columnsOfOrder(order: OrderRow): OrderColumns {
  return {
    id: order.id,
    product: order.product,
    image_sha256: order.image,
    load_address: order.loadAddress,
    quantity: order.quantity,
    board_vendor_id: order.board.vendorId,
    board_product_id: order.board.productId,
    board_bcd_device: order.board.bcdDevice,
    board_layout: order.board.layout,
    // Parsed, so that the same recipe is the same text however its fields were ordered.
    recipe: JSON.stringify(OrderRecipe.parse(order.recipe)),
    simulated: Number(order.simulated),
  };
}

/** What an order has made so far; `inWork` counts attempts, everything else seatings. */
export function countsOf(quantity: number, tally: readonly TallyRow[], inWork: number): OrderCounts {
  const seatings = { pass: 0, fail: 0, error: 0, aborted: 0 };
  for (const row of tally) seatings[row.outcome] = row.seatings;
  return {
    good: seatings.pass,
    bad: seatings.fail,
    errors: seatings.error,
    aborted: seatings.aborted,
    inWork,
    left: Math.max(0, quantity - seatings.pass),
  };
}

/** The order that a row holds. */
export function orderOf(row: StoredOrder, counts: OrderCounts): WorkOrder {
  return {
    id: row.id,
    product: row.product,
    image: row.image_sha256,
    imageName: row.image_name,
    loadAddress: row.load_address,
    quantity: row.quantity,
    board: {
      vendorId: row.board_vendor_id,
      productId: row.board_product_id,
      bcdDevice: row.board_bcd_device,
      layout: row.board_layout,
    },
    recipe: OrderRecipe.parse(row.recipe === null ? {} : JSON.parse(row.recipe)),
    simulated: row.simulated === 1,
    state: row.state,
    counts,
    createdAt: row.created_at,
    changedAt: row.changed_at,
  };
}
