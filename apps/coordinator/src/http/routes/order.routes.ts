import { Fault, NewWorkOrder, OrderAction, OrderId, type WorkOrder } from '@flashline/contracts';
import type { Ledger } from '@flashline/store';
import { type Response, Router } from 'express';
import { z } from 'zod';
import type { Line } from '../../line/line.ts';
import { jsonBody, refuseMethod } from '../bodies.ts';

export const OrderParams = z.strictObject({ id: OrderId });
export const OrderActionParams = z.strictObject({ id: OrderId, action: OrderAction });

/** Work orders: made by people (POST) or under the MES's own id (PUT). Sending the same order again is safe in both. */
export function orderRoutes(line: Line, ledger: Ledger): Router {
  const router = Router();
  const create = (body: unknown, id: string | undefined, response: Response) => {
    const request = NewWorkOrder.parse(body);
    if (id !== undefined && request.id !== undefined && request.id !== id)
      throw new Fault('REQUEST_INVALID', { id: request.id, path: id });
    const { order, fresh } = line.orders.create({ ...request, id: id ?? request.id });
    answer(response, order, fresh);
  };

  router
    .route('/work-orders')
    .get((_request, response) => {
      response.json({ orders: ledger.orders() });
    })
    .post(...jsonBody, (request, response) => create(request.body, undefined, response))
    .all(refuseMethod);

  router
    .route('/work-orders/:id')
    .get((request, response) => {
      response.json(line.orders.find(OrderParams.parse(request.params).id));
    })
    .put(...jsonBody, (request, response) => create(request.body, OrderParams.parse(request.params).id, response))
    .all(refuseMethod);

  router
    .route('/work-orders/:id/actions/:action')
    .post((request, response) => {
      const { id, action } = OrderActionParams.parse(request.params);
      response.json(line.moveOrder(id, action));
    })
    .all(refuseMethod);

  return router;
}

function answer(response: Response, order: WorkOrder, fresh: boolean): void {
  response
    .status(fresh ? 201 : 200)
    .location(`/api/v1/work-orders/${order.id}`)
    .json(order);
}
