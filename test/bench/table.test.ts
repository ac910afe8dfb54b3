import { expect, test } from 'vitest';
import { table } from './table.ts';

test('columns are as wide as their widest cell, and figures stand flush right', () => {
  expect(
    table(
      ['part', 's'],
      [
        ['F405', '4.12'],
        ['L072', '10.95'],
        ['G474', '-'],
      ],
    ),
  ).toBe(
    ['| part |     s |', '| ---- | ----: |', '| F405 |  4.12 |', '| L072 | 10.95 |', '| G474 |     - |'].join('\n'),
  );
});

test('a column with a word in it is text', () => {
  expect(table(['limit'], [['4.53 s'], ['560']])).toBe(
    ['| limit  |', '| ------ |', '| 4.53 s |', '| 560    |'].join('\n'),
  );
});

test('a table without rows is its head', () => {
  expect(table(['a'], [])).toBe(['| a  |', '| -- |'].join('\n'));
});
