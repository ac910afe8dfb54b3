import { NewWorkOrder, WorkOrder } from '@flashline/contracts';
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { OrderActionParams, OrderParams } from '../http/routes/order.routes.ts';
import { answers, body, json } from './answers.ts';

const tags = ['work orders'];
const made = answers({
  200: json('The same order was there already.', WorkOrder),
  201: json('It was created; it waits for a start.', WorkOrder),
});

export const orderPaths: ZodOpenApiPathsObject = {
  '/api/v1/work-orders': {
    get: {
      tags,
      operationId: 'listWorkOrders',
      summary: 'Every work order, newest first.',
      responses: answers({ 200: json('The orders.', z.strictObject({ orders: z.array(WorkOrder) })) }),
    },
    post: {
      tags,
      operationId: 'createWorkOrder',
      summary: 'Creates a work order. Without an id it gets one.',
      requestBody: body(NewWorkOrder),
      responses: made,
    },
  },
  '/api/v1/work-orders/{id}': {
    get: {
      tags,
      operationId: 'getWorkOrder',
      summary: 'One work order with its counts.',
      requestParams: { path: OrderParams },
      responses: answers({ 200: json('The order.', WorkOrder) }),
    },
    put: {
      tags,
      operationId: 'putWorkOrder',
      summary: "Creates a work order under the sender's own id. The same order again changes nothing.",
      requestParams: { path: OrderParams },
      requestBody: body(NewWorkOrder),
      responses: made,
    },
  },
  '/api/v1/work-orders/{id}/actions/{action}': {
    post: {
      tags,
      operationId: 'moveWorkOrder',
      summary: 'Starts, pauses or closes a work order.',
      requestParams: { path: OrderActionParams },
      responses: answers({ 200: json('The order as it is now.', WorkOrder) }),
    },
  },
};
