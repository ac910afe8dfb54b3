import { Fault, type OrderAction, type OrderState, type WorkOrder } from '@flashline/contracts';
import type { Ledger, OrderRow } from '../ledger.ts';
import type { Connection } from '../sqlite/connection.ts';
import { firstDifference } from '../sqlite/row-difference.ts';
import { type OrderReader, orderReader } from './order-reader.ts';
import { columnsOfOrder, type OrderColumns } from './order-rows.ts';

/** The work orders of the ledger, and what attempts need of them inside their own transaction. */
export interface OrderTable {
  readonly ledger: Pick<Ledger, 'createOrder' | 'order' | 'orders' | 'activeOrder' | 'moveOrder'>;
  readonly find: OrderReader['find'];
  /** Ends an order that has what it was for. */
  readonly completeWhenMade: (id: string, at: string) => void;
}

const MOVES = {
  start: { to: 'active', from: ['created', 'paused'] },
  pause: { to: 'paused', from: ['active'] },
  close: { to: 'closed', from: ['created', 'active', 'paused'] },
} as const satisfies Record<OrderAction, { to: OrderState; from: readonly OrderState[] }>;

const INSERT = `
  insert into work_order
    (id, product, image_sha256, load_address, quantity, board_vendor_id, board_product_id, board_bcd_device,
     board_layout, recipe, simulated, state, created_at, changed_at)
  values
    (@id, @product, @image_sha256, @load_address, @quantity, @board_vendor_id, @board_product_id, @board_bcd_device,
     @board_layout, @recipe, @simulated, 'created', @at, @at)`;

/** Prepares creating, moving and reading work orders. */
export function orderTable(connection: Connection): OrderTable {
  const { find, active, newestFirst } = orderReader(connection);
  const insert = connection.prepare<[OrderColumns & { at: string }]>(INSERT);
  const imageExists = connection.prepare<[string], unknown>('select 1 from image where sha256 = ?');
  const setState = connection.prepare<[OrderState, string, string]>(
    'update work_order set state = ?, changed_at = ? where id = ?',
  );

  function existing(id: string): WorkOrder {
    const order = find(id);
    if (order === null) throw new Fault('NOT_FOUND', { order: id });
    return order;
  }

  function create(order: OrderRow, at: string): WorkOrder {
    if (!imageExists.get(order.image)) throw new Fault('NOT_FOUND', { image: order.image });
    insert.run({ ...columnsOfOrder(order), at });
    return existing(order.id);
  }

  function move(order: WorkOrder, action: OrderAction, at: string): WorkOrder {
    const { id, state } = order;
    const { to, from } = MOVES[action];
    if (state === to) return order;
    if (!from.some((allowed) => allowed === state)) throw new Fault('ORDER_STATE', { order: id, state, action });
    const other = to === 'active' ? active() : null;
    if (other !== null) throw new Fault('ORDER_OTHER_ACTIVE', { order: id, active: other.id });
    setState.run(to, at, id);
    return existing(id);
  }

  return {
    find,
    completeWhenMade: (id, at) => {
      const order = find(id);
      if (order === null || order.counts.left > 0 || isFinal(order.state)) return;
      setState.run('completed', at, id);
    },
    ledger: {
      createOrder: (order, at) =>
        connection.commit({ order: order.id }, () => {
          const known = find(order.id);
          return known === null ? create(order, at) : same(order, known);
        }),
      order: (id) => connection.read(() => find(id)),
      orders: () => connection.read(newestFirst),
      activeOrder: () => connection.read(active),
      moveOrder: (id, action, at) => connection.commit({ order: id }, () => move(existing(id), action, at)),
    },
  };
}

function isFinal(state: OrderState): boolean {
  return state === 'completed' || state === 'closed';
}

/** The stored order, when what was sent again under its id is what it holds. */
function same(sent: OrderRow, stored: WorkOrder): WorkOrder {
  const differs = firstDifference(columnsOfOrder(sent), columnsOfOrder(stored));
  if (differs === null) return stored;
  throw new Fault('ORDER_EXISTS', { order: sent.id, differs });
}
