import { OrderState, type WorkOrder } from '@flashline/contracts';
import { expect, test } from 'vitest';
import { ORDER_WORDS, shownOrder, waitingHint } from './shown-order.ts';

const order = (id: string, state: WorkOrder['state'], left = 5) => ({ id, state, counts: { left } }) as WorkOrder;

test('the order in work is shown before all others', () => {
  const current = order('now', 'active');
  expect(shownOrder(current, [order('new', 'created'), current])).toBe(current);
});

test('without one, a paused order comes before one to start, and that before a complete one', () => {
  const [complete, created, paused] = [order('c', 'completed'), order('n', 'created'), order('p', 'paused')];
  expect(shownOrder(null, [complete, created, paused])).toBe(paused);
  expect(shownOrder(null, [complete, created])).toBe(created);
  expect(shownOrder(null, [order('x', 'closed'), complete])).toBe(complete);
  expect(shownOrder(null, [order('x', 'closed')])).toBeNull();
  expect(shownOrder(null, [])).toBeNull();
});

test('a waiting board always says why', () => {
  const hints = [waitingHint(null), ...OrderState.options.map((state) => waitingHint(order('o', state)))];
  expect(new Set(hints).size).toBe(hints.length);
  expect(waitingHint(order('o', 'active', 0))).toBe('The work order needs no more boards.');
  for (const state of OrderState.options) expect(ORDER_WORDS[state]).toBeTruthy();
});
