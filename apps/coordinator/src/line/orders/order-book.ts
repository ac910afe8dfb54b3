import { Fault, momentOf, type OrderAction, type WorkOrder } from '@flashline/contracts';
import type { Ledger } from '@flashline/store';
import type { Time } from '../../time.ts';
import type { RecordGuard } from '../record-guard.ts';
import { type OrderRequest, requireMakeable } from './order-checks.ts';

/** What the order book stands on. */
export interface OrderBookParts {
  readonly ledger: Ledger;
  readonly guard: RecordGuard;
  readonly time: Time;
  /** What an order is for when it does not say. */
  readonly simulated: boolean;
}

/** The work orders: how they are made and moved. */
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
    requireMakeable(request, image);
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
