import type { OrderState, WorkOrder } from '@flashline/contracts';

/** The states of an order as words. */
export const ORDER_WORDS: Readonly<Record<OrderState, string>> = {
  created: 'Not started',
  active: 'Active',
  paused: 'Paused',
  completed: 'Completed',
  closed: 'Closed',
};

const NEXT_TO_ACTIVE: readonly OrderState[] = ['paused', 'created', 'completed'];

/**
 * The order the header tells about: the one in work, else the newest that could be continued or started, else the newest
 * that is complete. `orders` are newest first.
 */
export function shownOrder(current: WorkOrder | null, orders: readonly WorkOrder[]): WorkOrder | null {
  if (current !== null) return current;
  for (const state of NEXT_TO_ACTIVE) {
    const order = orders.find((candidate) => candidate.state === state);
    if (order !== undefined) return order;
  }
  return null;
}

/** What an order means for boards that wait. */
export interface Demand {
  /** Why a board that it could take waits, and what changes that. */
  readonly why: string;
  /** It is in work and needs more boards than those that are. */
  readonly wantsBoards: boolean;
  /** It asks boards that run their firmware into their bootloader. Without that a person has to bring them there. */
  readonly asksBoards: boolean;
  /** It looks for serial numbers: a board starts when somebody says which unit it is, never by itself. */
  readonly needsUnits: boolean;
}

/** What the order in the header means for boards that wait. */
export function demandOf(order: WorkOrder | null): Demand {
  return {
    why: whyWaiting(order),
    wantsBoards: order !== null && order.state === 'active' && order.counts.left > order.counts.inWork,
    asksBoards: order !== null && order.recipe.enter !== null,
    needsUnits: needsUnits(order),
  };
}

/** Whether the boards of an order wait until a run names their units. */
export function needsUnits(order: WorkOrder | null): boolean {
  return order?.recipe.application?.serial === 'unit';
}

function whyWaiting(order: WorkOrder | null): string {
  if (order === null) return 'There is no work order. Create one to begin.';
  switch (order.state) {
    case 'active':
      return whyWaitingFor(order.counts);
    case 'paused':
      return 'The work order is paused. Resume it to go on.';
    case 'created':
      return 'The work order is not started. Start it to begin.';
    case 'completed':
      return 'The work order is complete. Start the next one.';
    case 'closed':
      return 'The work order is closed. Start another one.';
    default:
      return order.state satisfies never;
  }
}

function whyWaitingFor({ left, inWork }: WorkOrder['counts']): string {
  if (left === 0) return 'The work order needs no more boards.';
  return left > inWork ? 'Starts in a moment.' : 'Waits for the boards in work: the order may need no more.';
}
