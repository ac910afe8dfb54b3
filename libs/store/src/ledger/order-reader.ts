import type { WorkOrder } from '@flashline/contracts';
import type { Connection } from '../sqlite/connection.ts';
import { countsOf, orderOf, type StoredOrder, type TallyRow } from './order-rows.ts';

/** Finds work orders and counts for them, inside the transaction of whoever asks. */
export interface OrderReader {
  readonly find: (id: string) => WorkOrder | null;
  readonly active: () => WorkOrder | null;
  readonly newestFirst: () => WorkOrder[];
}

const SELECT =
  'select work_order.*, image.name as image_name from work_order join image on image.sha256 = image_sha256';

/** Prepares what every reader of work orders needs. */
export function orderReader(connection: Connection): OrderReader {
  const byId = connection.prepare<[string], StoredOrder>(`${SELECT} where id = ?`);
  const active = connection.prepare<[], StoredOrder>(`${SELECT} where state = 'active'`);
  const newestFirst = connection.prepare<[], StoredOrder>(`${SELECT} order by work_order.seq desc`);
  const tally = connection.prepare<[string, number], TallyRow>(
    'select outcome, seatings from order_tally where order_id = ? and simulated = ?',
  );
  const inWork = connection.prepare<[string, number], { attempts: number }>(
    'select count(*) as attempts from in_work where order_id = ? and simulated = ?',
  );

  function counted(row: StoredOrder): WorkOrder {
    const open = inWork.get(row.id, row.simulated)?.attempts ?? 0;
    return orderOf(row, countsOf(row.quantity, tally.all(row.id, row.simulated), open));
  }

  function countedOrNull(row: StoredOrder | undefined): WorkOrder | null {
    return row ? counted(row) : null;
  }

  return {
    find: (id) => countedOrNull(byId.get(id)),
    active: () => countedOrNull(active.get()),
    newestFirst: () => newestFirst.all().map(counted),
  };
}
