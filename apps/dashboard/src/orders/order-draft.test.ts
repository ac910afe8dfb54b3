import { NewWorkOrder } from '@flashline/contracts';
import { expect, test } from 'vitest';
import { needsAddress, type OrderDraft, orderIn } from './order-draft.ts';

const IMAGE = 'ab'.repeat(32);
const DRAFT: OrderDraft = { product: ' Flight controller ', quantity: '200', orderId: '', address: '0x08004000' };

test('a draft becomes an order that the station accepts', () => {
  const drafted = orderIn(DRAFT, IMAGE, false);
  expect(drafted).toEqual({
    kind: 'order',
    order: { product: 'Flight controller', quantity: 200, image: IMAGE, loadAddress: null },
  });
  if (drafted.kind === 'order') expect(NewWorkOrder.safeParse(drafted.order).success).toBe(true);
});

test('a raw binary brings its address, with or without 0x', () => {
  for (const address of ['0x08004000', '8004000', ' 08004000 '])
    expect(orderIn({ ...DRAFT, address }, IMAGE, true)).toMatchObject({ order: { loadAddress: 0x0800_4000 } });
  for (const address of ['', '0x', '0x123456789', 'flash'])
    expect(orderIn({ ...DRAFT, address }, IMAGE, true)).toMatchObject({ kind: 'wrong', field: 'address' });
});

test('what cannot be read is named', () => {
  expect(orderIn({ ...DRAFT, product: '  ' }, IMAGE, false)).toMatchObject({ kind: 'wrong', field: 'product' });
  for (const quantity of ['', '0', '-1', '1.5', 'many'])
    expect(orderIn({ ...DRAFT, quantity }, IMAGE, false)).toMatchObject({ kind: 'wrong', field: 'quantity' });
  expect(orderIn({ ...DRAFT, orderId: ' WO-7 ' }, IMAGE, false)).toMatchObject({ order: { id: 'WO-7' } });
});

test('only the name of a raw binary asks for an address', () => {
  expect(['app.bin', 'APP.BIN', 'app.hex', 'app.dfu', 'bin'].map(needsAddress)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});
