import { OrderState, type WorkOrder } from '@flashline/contracts';
import { expect, test } from 'vitest';
import { ORDER_WORDS, shownOrder, waitingHints } from './shown-order.ts';

const order = (id: string, state: WorkOrder['state'], left = 5, enter: unknown = null) =>
  ({ id, state, counts: { left }, recipe: { enter } }) as WorkOrder;
const waitingHint = (shown: WorkOrder | null) => waitingHints(shown).inBootloader;

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

test('a board whose firmware runs waits for a hand, unless the order asks it into its bootloader', () => {
  for (const shown of [null, order('o', 'active')]) expect(waitingHints(shown).withFirmware).toMatch(/Hold BOOT0/);
  const asking = waitingHints(order('o', 'active', 5, { by: 'character', character: 'R' }));
  expect(asking.withFirmware).toBe('Its firmware runs. Starts in a moment.');
});
