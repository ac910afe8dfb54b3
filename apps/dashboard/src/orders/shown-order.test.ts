import { OrderState, type WorkOrder } from '@flashline/contracts';
import { expect, test } from 'vitest';
import { demandOf, ORDER_WORDS, shownOrder } from './shown-order.ts';

const order = (id: string, state: WorkOrder['state'], { left = 5, inWork = 0, enter = null as unknown } = {}) =>
  ({ id, state, counts: { left, inWork }, recipe: { enter } }) as WorkOrder;

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
  const reasons = [null, ...OrderState.options.map((state) => order('o', state))].map((shown) => demandOf(shown).why);
  expect(new Set(reasons).size).toBe(reasons.length);
  expect(demandOf(order('o', 'active', { left: 0 })).why).toBe('The work order needs no more boards.');
  expect(demandOf(order('o', 'active', { left: 2, inWork: 2 })).why).toMatch(/^Waits for the boards in work/);
  for (const state of OrderState.options) expect(ORDER_WORDS[state]).toBeTruthy();
});

test('only an active order wants boards, and no more than it has left', () => {
  const wanting = OrderState.options.filter((state) => demandOf(order('o', state)).wantsBoards);
  expect(wanting).toEqual(['active']);
  expect(demandOf(null).wantsBoards).toBe(false);
  expect(demandOf(order('o', 'active', { left: 2, inWork: 1 })).wantsBoards).toBe(true);
  expect(demandOf(order('o', 'active', { left: 2, inWork: 2 })).wantsBoards).toBe(false);
});

test('an order asks boards that run their firmware when its recipe says how', () => {
  expect(demandOf(order('o', 'active', { enter: { by: 'character', character: 'R' } })).asksBoards).toBe(true);
  for (const shown of [null, order('o', 'active')]) expect(demandOf(shown).asksBoards).toBe(false);
});

test('an order needs units when its recipe looks for their serial numbers', () => {
  const looking = (serial: string) => ({ ...order('o', 'active'), recipe: { application: { serial } } }) as WorkOrder;
  expect(demandOf(looking('unit')).needsUnits).toBe(true);
  for (const shown of [null, order('o', 'active'), looking('same')]) expect(demandOf(shown).needsUnits).toBe(false);
});
