import { expect, test } from 'vitest';
import { inPortOrder } from './port-order.ts';

test('ports are in the order of their numbers, and what hangs on a port comes after it', () => {
  const paths = ['1-10', '10-1', '1-2.10', '2-1', '1-2', '1-2.9', '1-2.1.1'];
  expect(inPortOrder(paths.map((path) => ({ path }))).map(({ path }) => path)).toEqual([
    ...['1-2', '1-2.1.1', '1-2.9', '1-2.10', '1-10', '2-1', '10-1'],
  ]);
});
