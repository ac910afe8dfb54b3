import fc from 'fast-check';
import { expect, test } from 'vitest';
import { comparePorts } from './port-path.ts';

test('ports are in the order of their numbers, and what hangs on a port comes after it', () => {
  const paths = ['1-10', '10-1', '1-2.10', '2-1', '1-2', '1-2.9', '1-2.1.1', '1-0'];
  expect(paths.toSorted(comparePorts)).toEqual([
    ...['1-0', '1-2', '1-2.1.1', '1-2.9', '1-2.10', '1-10', '2-1', '10-1'],
  ]);
});

test('any two ports are in the order in which a natural sort has them', () => {
  const natural = new Intl.Collator('en', { numeric: true });
  const number = fc.integer({ min: 0, max: 127 });
  const path = fc.tuple(number, fc.array(number, { minLength: 1, maxLength: 6 }));
  const text = path.map(([bus, ports]) => `${bus}-${ports.join('.')}`);
  fc.assert(fc.property(text, text, (a, b) => Math.sign(comparePorts(a, b)) === natural.compare(a, b)));
});
