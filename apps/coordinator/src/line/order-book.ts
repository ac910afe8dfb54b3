import {
  Fault,
  type Image,
  momentOf,
  type NewWorkOrder,
  type OrderAction,
  type OrderRecipe,
  type WorkOrder,
} from '@flashline/contracts';
import type { Ledger } from '@flashline/store';
import type { z } from 'zod';
import type { Time } from '../time.ts';
import type { RecordGuard } from './record-guard.ts';

/** A checked request for a work order. */
export type OrderRequest = z.output<typeof NewWorkOrder>;

/** One past the last 32-bit address. */
const ADDRESSES_END = 2 ** 32;

/** What the order book stands on. */
export interface OrderBookParts {
  readonly ledger: Ledger;
  readonly guard: RecordGuard;
  readonly time: Time;
  /** What an order is for when it does not say. */
  readonly simulated: boolean;
}

/** The work orders: what makes one acceptable, and how they are made and moved. */
export class OrderBook {
  readonly #parts: OrderBookParts;

  constructor(parts: OrderBookParts) {
    this.#parts = parts;
  }

  /** Throws NOT_FOUND. */
  find(id: string): WorkOrder {
    const order = this.#parts.ledger.order(id);
    if (order === null) throw new Fault('NOT_FOUND', { order: id });
    return order;
  }

  /** `fresh` is false when it is the same order again. Throws NOT_FOUND, ORDER_EXISTS, RECIPE_REFUSED or an IMAGE_ADDRESS fault. */
  create(request: OrderRequest): { readonly order: WorkOrder; readonly fresh: boolean } {
    const { ledger, guard } = this.#parts;
    const { id = this.#nextId(), simulated = this.#parts.simulated, ...wanted } = request;
    const image = ledger.image(request.image);
    if (image === null) throw new Fault('NOT_FOUND', { image: request.image });
    checkAddress(image, request.loadAddress);
    checkRecipe(request.recipe);
    const fresh = ledger.order(id) === null;
    const order = guard.write(() => ledger.createOrder({ ...wanted, id, simulated }, this.#now()));
    return { order, fresh };
  }

  /** Throws NOT_FOUND, ORDER_STATE or ORDER_OTHER_ACTIVE. */
  move(id: string, action: OrderAction): void {
    this.#parts.guard.write(() => this.#parts.ledger.moveOrder(id, action, this.#now()));
  }

  /** `WO-20260131-2` is the second order of that day (UTC) that came without an id. */
  #nextId(): string {
    const day = this.#now().slice(0, 10).replaceAll('-', '');
    let count = 1;
    while (this.#parts.ledger.order(`WO-${day}-${count}`) !== null) count += 1;
    return `WO-${day}-${count}`;
  }

  #now(): string {
    return momentOf(this.#parts.time.epochMs());
  }
}

/** Only a raw binary takes an address, and needs one. */
function checkAddress({ format, ranges }: Image, loadAddress: number | null): void {
  if (format !== 'bin') {
    if (loadAddress !== null) throw new Fault('IMAGE_ADDRESS_INVALID', { format, loadAddress });
    return;
  }
  if (loadAddress === null) throw new Fault('IMAGE_ADDRESS_NEEDED', { format });
  const bytes = ranges.reduce((end, range) => Math.max(end, range.address + range.bytes), 0);
  if (loadAddress + bytes > ADDRESSES_END) throw new Fault('IMAGE_ADDRESS_INVALID', { format, loadAddress, bytes });
}

/** What can be told without a board: no OTP without a second word. The engine refuses it, too, but only with a board in hand. */
function checkRecipe({ lock, permanent }: OrderRecipe): void {
  const otp = lock.filter(({ memory }) => memory === 'otp').length;
  if (otp > 0 && !permanent) throw new Fault('RECIPE_REFUSED', { reason: 'permanent', otp });
}
