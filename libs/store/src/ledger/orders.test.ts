import type { OrderState } from '@flashline/contracts';
import { expect, test } from 'vitest';
import type { Ledger } from '../ledger.ts';
import { activeLedger, memoryLedger, thrownBy } from '../testing/ledgers.ts';
import { AT, assignment, IMAGE, LATER, LOCKING, ORDER, pass } from '../testing/samples.ts';

function withOrder(): Ledger {
  const { ledger } = memoryLedger();
  ledger.addImage(IMAGE);
  ledger.createOrder(ORDER, AT);
  return ledger;
}

test('an image comes back as it went in; the same file again is the first row', () => {
  const { ledger } = memoryLedger();
  expect(ledger.addImage(IMAGE)).toEqual(IMAGE);
  expect(ledger.addImage({ ...IMAGE, name: 'copy.hex', uploadedAt: LATER })).toEqual(IMAGE);
  expect(ledger.image(IMAGE.sha256)).toEqual(IMAGE);
  expect(ledger.image('00'.repeat(32))).toBeNull();
});

test('images are listed newest first', () => {
  const { ledger } = memoryLedger();
  const other = { ...IMAGE, sha256: '02'.repeat(32) };
  ledger.addImage(IMAGE);
  ledger.addImage(other);
  expect(ledger.images()).toEqual([other, IMAGE]);
});

test('an order comes back as it went in, with the name of its image and nothing counted', () => {
  const ledger = withOrder();
  const counts = { good: 0, bad: 0, errors: 0, aborted: 0, inWork: 0, left: 3 };
  const created = { ...ORDER, imageName: IMAGE.name, state: 'created', counts, createdAt: AT, changedAt: AT };
  expect(ledger.order(ORDER.id)).toEqual(created);
  expect(ledger.createOrder(ORDER, LATER)).toEqual(created);
  expect(ledger.order('nobody')).toBeNull();
});

test('an order keeps everything that is optional', () => {
  const ledger = withOrder();
  const full = {
    ...ORDER,
    id: 'WO-2',
    loadAddress: 0x0800_4000,
    board: { vendorId: 0x2e3c, productId: 0xdf11, bcdDevice: 0x200, layout: '@Internal Flash  /0x08000000/04*016Kg' },
    recipe: LOCKING,
    simulated: true,
  };
  expect(ledger.createOrder(full, AT)).toMatchObject(full);
  expect(ledger.orders().map(({ id }) => id)).toEqual(['WO-2', 'WO-1']);
});

test.each([
  ['quantity', { quantity: 4 }],
  ['product', { product: 'another' }],
  ['load_address', { loadAddress: 0 }],
  ['board_layout', { board: { ...ORDER.board, layout: '@x' } }],
  ['recipe', { recipe: LOCKING }],
  ['simulated', { simulated: true }],
])('another order under the same id is ORDER_EXISTS and names %s', (differs, change) => {
  const ledger = withOrder();
  expect(thrownBy(() => ledger.createOrder({ ...ORDER, ...change }, AT))).toMatchObject({
    code: 'ORDER_EXISTS',
    details: { order: ORDER.id, differs },
  });
});

test('the same recipe with its fields in another order is the same order', () => {
  const ledger = withOrder();
  const reordered = Object.fromEntries(Object.entries(LOCKING).reverse()) as typeof LOCKING;
  const order = { ...ORDER, id: 'WO-2', recipe: LOCKING };
  const created = ledger.createOrder(order, AT);
  expect(ledger.createOrder({ ...order, recipe: reordered }, LATER)).toEqual(created);
});

test('an order for an image that is not there is NOT_FOUND', () => {
  const { ledger } = memoryLedger();
  expect(thrownBy(() => ledger.createOrder(ORDER, AT))).toMatchObject({
    code: 'NOT_FOUND',
    details: { image: IMAGE.sha256 },
  });
});

/** How to bring a new order into each state. */
const INTO: Record<OrderState, (ledger: Ledger) => void> = {
  created: () => {},
  active: (ledger) => ledger.moveOrder(ORDER.id, 'start', AT),
  paused: (ledger) => {
    ledger.moveOrder(ORDER.id, 'start', AT);
    ledger.moveOrder(ORDER.id, 'pause', AT);
  },
  completed: (ledger) => {
    ledger.moveOrder(ORDER.id, 'start', AT);
    for (const each of [assignment(1), assignment(2), assignment(3)]) ledger.record(each, pass(each), AT);
  },
  closed: (ledger) => ledger.moveOrder(ORDER.id, 'close', AT),
};

test.each([
  ['created', 'start', 'active'],
  ['created', 'pause', null],
  ['created', 'close', 'closed'],
  ['active', 'start', 'active'],
  ['active', 'pause', 'paused'],
  ['active', 'close', 'closed'],
  ['paused', 'start', 'active'],
  ['paused', 'pause', 'paused'],
  ['paused', 'close', 'closed'],
  ['completed', 'start', null],
  ['completed', 'pause', null],
  ['completed', 'close', null],
  ['closed', 'start', null],
  ['closed', 'pause', null],
  ['closed', 'close', 'closed'],
] as const)('%s, %s: %s', (state, action, after) => {
  const ledger = withOrder();
  INTO[state](ledger);
  expect(ledger.order(ORDER.id)?.state).toBe(state);
  if (after === null) {
    const fault = thrownBy(() => ledger.moveOrder(ORDER.id, action, LATER));
    expect(fault).toMatchObject({ code: 'ORDER_STATE', details: { state, action } });
  } else {
    const moved = ledger.moveOrder(ORDER.id, action, LATER);
    expect(moved).toMatchObject({ state: after, changedAt: after === state ? AT : LATER });
  }
  expect(ledger.order(ORDER.id)?.state).toBe(after ?? state);
  expect(ledger.check().problems).toEqual([]);
});

test('one order is active at a time, and the other one is named', () => {
  const { ledger } = activeLedger();
  ledger.createOrder({ ...ORDER, id: 'WO-2' }, AT);
  expect(ledger.activeOrder()?.id).toBe('WO-1');
  expect(thrownBy(() => ledger.moveOrder('WO-2', 'start', AT))).toMatchObject({
    code: 'ORDER_OTHER_ACTIVE',
    details: { active: 'WO-1' },
  });
  ledger.moveOrder('WO-1', 'pause', AT);
  expect(ledger.activeOrder()).toBeNull();
  expect(ledger.moveOrder('WO-2', 'start', AT).state).toBe('active');
});

test('moving an order that does not exist is NOT_FOUND', () => {
  expect(thrownBy(() => memoryLedger().ledger.moveOrder('WO-9', 'start', AT))).toMatchObject({ code: 'NOT_FOUND' });
});

test('every change of state leaves an event, and an idempotent one leaves none', () => {
  const { ledger, connection } = activeLedger();
  ledger.moveOrder(ORDER.id, 'start', LATER);
  ledger.moveOrder(ORDER.id, 'pause', LATER);
  const events = connection.prepare<[], unknown>('select order_id, state, at from order_event order by seq').all();
  expect(events).toEqual([
    { order_id: ORDER.id, state: 'created', at: AT },
    { order_id: ORDER.id, state: 'active', at: AT },
    { order_id: ORDER.id, state: 'paused', at: LATER },
  ]);
});
