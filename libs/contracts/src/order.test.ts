import { expect, test } from 'vitest';
import { NewWorkOrder } from './order.ts';
import { PLAIN_ORDER_RECIPE } from './recipe.ts';

const ORDER = { product: 'flight controller', image: 'f1'.repeat(32), quantity: 3 };

test('an order that says nothing about its recipe is made by the plain one', () => {
  expect(NewWorkOrder.parse(ORDER).recipe).toEqual(PLAIN_ORDER_RECIPE);
  expect(PLAIN_ORDER_RECIPE).toMatchObject({ erase: 'needed', keepsRest: true, unprotect: false, permanent: false });
});

test('what a recipe leaves out is filled in', () => {
  const { recipe } = NewWorkOrder.parse({ ...ORDER, recipe: { erase: 'mass' } });
  expect(recipe).toEqual({ ...PLAIN_ORDER_RECIPE, erase: 'mass' });
});

test.each([
  ['patches, which are of a unit', { patches: [] }, { code: 'unrecognized_keys', keys: ['patches'] }],
  ['a field nobody knows', { unprotekt: true }, { code: 'unrecognized_keys', keys: ['unprotekt'] }],
  ['half a byte', { lock: [{ memory: 'otp', address: 0, data: '0' }] }, { path: ['recipe', 'lock', 0, 'data'] }],
])('a recipe with %s is refused', (_, recipe, issue) => {
  expect(NewWorkOrder.safeParse({ ...ORDER, recipe }).error?.issues).toMatchObject([issue]);
});
