import { configProblems, Fault, Recipe } from '@flashline/contracts';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { parseYaml } from '../yaml-file.ts';

/** Everything that is wrong with a text: `line field: reason`. */
function problemsOf(text: string, schema: z.ZodType = Recipe): { told: string[]; more: number } {
  try {
    parseYaml(text, schema, 'recipe.yaml');
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    const { problems = [], more = 0 } = configProblems(thrown) ?? {};
    return { told: problems.map(({ line, field, reason }) => `${line} ${field}: ${reason}`), more };
  }
  return { told: [], more: 0 };
}

test.each([
  ['erase: everything', '1 erase: is "everything", must be one of needed, mass, none'],
  ['keepsRest: yes', '1 keepsRest: is "yes", must be true or false'],
  ['preserve: 12', '1 preserve: is 12, must be a list'],
  ['preserve: [0x0800C000]', '1 preserve.0: is 0x0800C000, must be a group of fields'],
  ['preserve: [{ bytes: 16 }]', '1 preserve.0.address: is missing, must be a whole number from 0 to 0xffffffff'],
  [
    'preserve: [{ address: 1.5, bytes: 16 }]',
    '1 preserve.0.address: is 1.5, must be a whole number from 0 to 0xffffffff',
  ],
  [
    'preserve: [{ address: 0x108000000, bytes: 16 }]',
    '1 preserve.0.address: is 0x108000000, must be a whole number from 0 to 0xffffffff',
  ],
  [
    'preserve: [{ address: -1, bytes: 16 }]',
    '1 preserve.0.address: is -1, must be a whole number from 0 to 0xffffffff',
  ],
  ['preserve: [{ address: 1, bytes: 0 }]', '1 preserve.0.bytes: is 0, must be a whole number from 1 to 1048576'],
  ['patches: [{ address: 0, data: 0012 }]', '1 patches.0.data: is 0012, must be text: put it in quotes'],
  ["patches: [{ address: 0, data: 'xy' }]", '1 patches.0.data: is "xy", must be 1-4096 bytes in hex, without spaces'],
  ['enter: { by: sms }', '1 enter.by: is "sms", must be one of character, msp, cli, touch-1200, dfu-detach'],
  ['enter: { by: msp, to: rom }', '1 enter.to: is not known here; do you mean into?'],
  ['unprotect:', '1 unprotect: is empty, must be true or false'],
  ['- 1', 'null null: is a list, must be a group of fields'],
  ['', 'null null: is empty, must be a group of fields'],
])('%j: %s', (text, told) => {
  expect(problemsOf(text).told).toEqual([told]);
});

test('a field that nobody knows is asked about when a known one is near, and answered with all when none is', () => {
  expect(problemsOf('keepRest: true\nun_protect: true\nERASE: mass\nspeed: 3\n').told).toEqual([
    '1 keepRest: is not known here; do you mean keepsRest?',
    '2 un_protect: is not known here; do you mean unprotect?',
    '3 ERASE: is not known here; do you mean erase?',
    `4 speed: is not known here; there are ${Object.keys(Recipe.shape).join(', ')}`,
  ]);
});

test.each([
  [z.int().min(1).max(64), 'a whole number from 1 to 64'],
  [z.int().positive(), 'a whole number, at least 1'],
  [z.number().nonnegative(), 'a number, at least 0'],
  [z.number().positive(), 'a number above 0'],
  [z.int(), 'a whole number'],
  [z.number(), 'a number'],
])('a number that is none is answered with all that its field takes: %#', (number, words) => {
  expect(problemsOf('n: many', z.object({ n: number })).told).toEqual([`1 n: is "many", must be ${words}`]);
});

test.each([
  ['a: [1, 2', 'bracket is not closed'],
  ['a: 1\n b: 2', 'two values'],
  ['a:\n\t- 1', 'use spaces'],
  ['a: b: c', 'two values here'],
  ['a: @x', 'must be in quotes'],
  ['a: 1\n---\nb: 2', 'one only'],
  ['a: !x y', 'must be in quotes'],
])('what is no YAML is told without grammar: %j', (text, words) => {
  expect(problemsOf(text).told.join('\n')).toMatch(words);
});

describe('all of it is told at once', () => {
  test('what a schema refuses, in the order in which it looks', () => {
    const { told } = problemsOf('erase: all\nkeepsRest: 1\n\npreserve:\n  - { address: x, bytes: 1 }\ncolour: red\n');
    expect(told.map((line) => line.split(':')[0])).toEqual([
      '1 erase',
      '2 keepsRest',
      '5 preserve.0.address',
      '6 colour',
    ]);
  });

  test('what is no YAML, once for each line', () => {
    const { told } = problemsOf('a: 1\na: 2\nb: { c: 1, c: 2, c: 3 }\nd: !x 4\n');
    expect(told.map((line) => line.split(' ')[0])).toEqual(['2', '3', '4']);
  });

  test('but no more than a person reads: the others are counted', () => {
    const { told, more } = problemsOf(`lines:\n${'  - x\n'.repeat(50)}`, z.object({ lines: z.array(z.int()) }));
    expect([told.length, more]).toEqual([20, 30]);
  });

  test('nor does a file full of fields that nobody knows take long', { timeout: 10_000 }, () => {
    const { more } = problemsOf(Array.from({ length: 50_000 }, (_, n) => `k${n}: 1\n`).join(''));
    expect(more).toBe(49_980);
  });
});

test('the fault has the facts of the first, and says how many there are when there are several', () => {
  const refusal = (text: string) => {
    try {
      return parseYaml(text, Recipe, 'recipe.yaml');
    } catch (thrown) {
      return (thrown as Fault).details;
    }
  };
  const first = { file: 'recipe.yaml', line: 1, field: 'erase', reason: expect.any(String) as unknown };
  expect(refusal('erase: all\n')).toEqual(first);
  expect(refusal('erase: all\nlock: 1\n')).toEqual({ ...first, problems: 2 });
});
