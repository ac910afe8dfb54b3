import type {
  Attempt,
  AttemptPage,
  Image,
  NewRuns,
  NewWorkOrder,
  OrderAction,
  SlotName,
  StartedRuns,
  StationSlots,
  WorkOrder,
} from '@flashline/contracts';
import { type Answer, ask, send } from './request.ts';

/** One page of the log; `query` is the text of an `AttemptQuery`. */
export function fetchAttempts(query: string, signal: AbortSignal): Promise<Answer<AttemptPage>> {
  return ask(`/attempts?${query}`, { signal });
}

/** One attempt in full. */
export function fetchAttempt(attemptId: string, signal: AbortSignal): Promise<Answer<Attempt>> {
  return ask(`/attempts/${encodeURIComponent(attemptId)}`, { signal });
}

/** Stops an attempt that is in work. */
export function cancelAttempt(attemptId: string): Promise<Answer<unknown>> {
  return send(`/attempts/${encodeURIComponent(attemptId)}/actions/cancel`, {});
}

/** Starts a new attempt on each of the slots. */
export function startRuns(runs: NewRuns): Promise<Answer<StartedRuns>> {
  return send('/runs', runs);
}

/** Names all slots of a station; it writes them into its file. */
export function nameSlots(station: string, slots: readonly SlotName[]): Promise<Answer<StationSlots>> {
  return send(`/stations/${encodeURIComponent(station)}/slots`, { slots }, 'PUT');
}

/** Every work order, newest first. */
export function fetchOrders(): Promise<Answer<{ readonly orders: readonly WorkOrder[] }>> {
  return ask('/work-orders');
}

/** Creates a work order; it waits for a start. */
export function createOrder(order: NewWorkOrder): Promise<Answer<WorkOrder>> {
  return send('/work-orders', order);
}

/** Starts, pauses or closes a work order. */
export function moveOrder(orderId: string, action: OrderAction): Promise<Answer<WorkOrder>> {
  return send(`/work-orders/${encodeURIComponent(orderId)}/actions/${action}`, {});
}

/** Every image the station holds, newest first. */
export function fetchImages(): Promise<Answer<{ readonly images: readonly Image[] }>> {
  return ask('/images');
}

/** Uploads a firmware file; the same file again is the same image. */
export function uploadImage(file: File): Promise<Answer<Image>> {
  const headers = { 'content-type': 'application/octet-stream' };
  return ask(`/images?name=${encodeURIComponent(file.name)}`, { method: 'POST', headers, body: file });
}
