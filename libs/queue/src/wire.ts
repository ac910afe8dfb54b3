import { Fault } from '@flashline/contracts';

/** Told about handlers that reject or throw, and about data that cannot be carried. `name` is the queue or channel. */
export type OnHandlerError = (name: string, error: unknown) => void;

// Redis keys are joined with ':', and BullMQ takes ids of digits only for its own.
const NAME = /^(?!\d+$)[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Whether every adapter can carry this as a name of a queue, channel or job. */
export function isName(name: string): boolean {
  return NAME.test(name);
}

/** The name itself. Throws STATION_BUG for one that cannot be carried. */
export function checkedName(name: string): string {
  if (!isName(name)) throw new Fault('STATION_BUG', { reason: 'not a name that queues can carry', name });
  return name;
}

/** Data as it travels: JSON, so that what one adapter changes on the way (dates, undefined) the other changes too. */
export function packed(data: unknown): string {
  return JSON.stringify(data) ?? 'null';
}

/** A copy of what was packed. */
export function unpacked(parcel: string): unknown {
  return JSON.parse(parcel);
}

/** Carries out one delivery to its end. Never rejects: a handler's trouble must not stop the deliveries after it. */
export async function deliver(name: string, onError: OnHandlerError, work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    onError(name, error);
  }
}

/** A queue has one server: two would run its jobs side by side, which is two flash loops on one board. */
export function servedTwice(queue: string): Fault {
  return new Fault('STATION_BUG', { reason: 'queue is served already', queue });
}
