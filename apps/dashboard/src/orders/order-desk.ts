import type { OrderAction, WorkOrder } from '@flashline/contracts';
import { computed, signal } from '@preact/signals';
import { computedByValue } from '../live/same-value.ts';
import { bench } from '../live/this-bench.ts';
import type { Refusal } from '../station/request.ts';
import { fetchOrders, moveOrder } from '../station/station-api.ts';
import { demandOf, shownOrder } from './shown-order.ts';

/** Every work order the station knows, newest first. */
export const orders = signal<readonly WorkOrder[]>([]);

/** The order the header tells about. */
export const headOrder = computed(() => shownOrder(bench.order.value, orders.value));

/** What the order means for boards that wait. By value: tiles render again when that changes, not with every count. */
export const demand = computedByValue(() => demandOf(headOrder.value));

/** Why the last press of a button came to nothing; null when it did not. */
export const orderRefusal = signal<Refusal | null>(null);

/** Fetches the orders again. */
export async function refreshOrders(): Promise<void> {
  const answer = await fetchOrders();
  if (answer.kind === 'ok') orders.value = answer.value.orders;
}

/** Starts, pauses or closes an order; true when the station did it. */
export async function actOn(order: WorkOrder, action: OrderAction): Promise<boolean> {
  const answer = await moveOrder(order.id, action);
  orderRefusal.value = answer.kind === 'refused' ? answer.refusal : null;
  await refreshOrders();
  return answer.kind === 'ok';
}

/** Keeps the list of orders in step with the station: fetched when the link is new or another order is in work. */
export function followOrders(): void {
  const reason = computed(() => [bench.link.value.is, bench.order.value?.id, bench.order.value?.state].join());
  reason.subscribe(() => {
    if (bench.link.value.is === 'online') void refreshOrders();
  });
}
