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

/** Why boards wait instead of being worked on, and what changes that. */
export interface WaitingHints {
  readonly inBootloader: string;
  readonly withFirmware: string;
}

/** What waiting boards are told; one whose firmware runs can be taken only by an order that asks it into its bootloader. */
export function waitingHints(order: WorkOrder | null): WaitingHints {
  const hint = waitingHint(order);
  const withFirmware = asksBoards(order)
    ? `Its firmware runs. ${hint}`
    : 'Its firmware runs. Hold BOOT0 and plug it in again.';
  return { inBootloader: hint, withFirmware };
}

/** Whether an order asks boards that run their firmware into their bootloader. */
export function asksBoards(order: WorkOrder | null): boolean {
  return order !== null && order.recipe.enter !== null;
}

function waitingHint(order: WorkOrder | null): string {
  if (order === null) return 'There is no work order. Create one to begin.';
  switch (order.state) {
    case 'active':
      return order.counts.left > 0 ? 'Starts in a moment.' : 'The work order needs no more boards.';
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
