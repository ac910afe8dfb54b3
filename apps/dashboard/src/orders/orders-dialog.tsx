import type { WorkOrder } from '@flashline/contracts';
import { useEffect } from 'preact/hooks';
import { Dialog } from '../parts/dialog.tsx';
import { RefusalNotice } from '../parts/notice.tsx';
import { countText } from '../words/formats.ts';
import { actOn, orderRefusal, orders, refreshOrders } from './order-desk.ts';
import { ORDER_WORDS } from './shown-order.ts';

/** How many orders the list shows; the log finds the older ones by their id. */
const LISTED_MAX = 30;

/** The work orders, newest first, each with the way to start it and to its records. */
export function OrdersDialog({ onClose, onNew }: { onClose: () => void; onNew: () => void }) {
  useEffect(() => void refreshOrders(), []);
  const start = async (order: WorkOrder): Promise<void> => {
    if (await actOn(order, 'start')) onClose();
  };
  return (
    <Dialog title="Work orders" onClose={onClose}>
      <RefusalNotice refusal={orderRefusal.value} />
      {orders.value.length === 0 ? (
        <p>There is no work order yet.</p>
      ) : (
        <div class="table-frame">
          <table class="plain">
            <caption class="unseen">Work orders, newest first</caption>
            <thead>
              <tr>
                <th scope="col">Order</th>
                <th scope="col">Product</th>
                <th scope="col">State</th>
                <th scope="col" class="number">
                  Good
                </th>
                <th scope="col" class="number">
                  Bad
                </th>
                <th scope="col" class="number">
                  Quantity
                </th>
                <th scope="col">
                  <span class="unseen">Action</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {orders.value.slice(0, LISTED_MAX).map((order) => (
                <OrderRow key={order.id} order={order} onStart={() => void start(order)} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div class="dialog-actions">
        <button type="button" class="primary" onClick={onNew}>
          New order
        </button>
      </div>
    </Dialog>
  );
}

function OrderRow({ order, onStart }: { order: WorkOrder; onStart: () => void }) {
  const { id, product, state, counts, quantity } = order;
  const mayStart = state === 'created' || state === 'paused';
  return (
    <tr>
      <th scope="row">
        <a class="code" href={`/log?orderId=${encodeURIComponent(id)}`}>
          {id}
        </a>
      </th>
      <td>{product}</td>
      <td>
        <span class="chip" data-order={state}>
          {ORDER_WORDS[state]}
        </span>
      </td>
      <td class="number">{countText(counts.good)}</td>
      <td class="number">{countText(counts.bad)}</td>
      <td class="number">{countText(quantity)}</td>
      <td class="number">
        {mayStart && (
          <button type="button" aria-label={`${state === 'paused' ? 'Resume' : 'Start'} ${id}`} onClick={onStart}>
            {state === 'paused' ? 'Resume' : 'Start'}
          </button>
        )}
      </td>
    </tr>
  );
}
