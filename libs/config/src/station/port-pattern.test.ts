import fc from 'fast-check';
import { expect, test } from 'vitest';
import { portsOf } from './port-pattern.ts';

test('a path without brackets is itself', () => {
  expect(portsOf('1-2.3')).toEqual(['1-2.3']);
});

test('lists, ranges and ranges that run down are written out in order, the last brackets fastest', () => {
  expect(portsOf('1-2.[1-2].[3,1]')).toEqual(['1-2.1.3', '1-2.1.1', '1-2.2.3', '1-2.2.1']);
  expect(portsOf('[1,3]-4')).toEqual(['1-4', '3-4']);
  expect(portsOf('1-[4-2]')).toEqual(['1-4', '1-3', '1-2']);
  expect(portsOf('1-[1, 5-6]')).toEqual(['1-1', '1-5', '1-6']);
});

test.each(['1-[]', '1-[a]', '1-[1-]', '1-[1-2-3]', '1-[-1]', '1-[1,,2]', '1-[1234]', '1-[0-256]', '1-[1-17].[1-16]'])(
  '%s names nothing',
  (pattern) => {
    expect(portsOf(pattern)).toBeNull();
  },
);

test('brackets that do not close, or close what was not opened, are left for the schema of paths to refuse', () => {
  for (const pattern of ['1-[1', '1-1]', '1-1.]2[']) expect(portsOf(pattern)).toEqual([pattern]);
});

const Numbers = fc.array(fc.nat(999), { minLength: 1, maxLength: 6 });

test('as many ports as there are combinations, each with one number of each list', () => {
  fc.assert(
    fc.property(Numbers, Numbers, (hubs, ports) => {
      const named = portsOf(`1-[${hubs.join(',')}].[${ports.join(',')}]`);
      expect(named).toEqual(hubs.flatMap((hub) => ports.map((port) => `1-${hub}.${port}`)));
    }),
  );
});

test('whatever is written, it ends, and names no more ports than a station has slots', () => {
  const Part = fc.constantFrom('[', ']', '-', ',', '.', '1', '99', '[1-9]', '[1-256]', ' ');
  fc.assert(
    fc.property(fc.array(Part, { maxLength: 20 }), (parts) => {
      const named = portsOf(parts.join(''));
      expect(named === null || (named.length >= 1 && named.length <= 256)).toBe(true);
    }),
  );
});
