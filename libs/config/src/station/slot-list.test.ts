import { configProblems, type Fault } from '@flashline/contracts';
import { expect, test } from 'vitest';
import { parseYaml } from '../yaml-file.ts';
import { WrittenStation } from './station-file.ts';

function slotsIn(...lines: string[]) {
  const text = ['station: line-1', 'slots:', ...lines.map((line) => `  - ${line}`)].join('\n');
  return parseYaml(text, WrittenStation, 'station.yaml').slots;
}

function refusal(...lines: string[]) {
  try {
    slotsIn(...lines);
  } catch (thrown) {
    return (thrown as { details: unknown }).details;
  }
  return null;
}

test('slots are in the order of the file, each with its group and place', () => {
  expect(
    slotsIn(
      '{ path: 1-1.2, label: B7, group: left, row: 2, column: 7 }',
      '{ path: 1-1.1, label: A1, group: left }',
      "{ path: '2-1.[2-1]', label: 'R{n}' }",
    ),
  ).toEqual([
    { path: '1-1.2', label: 'B7', group: 'left', place: { row: 2, column: 7 } },
    { path: '1-1.1', label: 'A1', group: 'left' },
    { path: '2-1.2', label: 'R1' },
    { path: '2-1.1', label: 'R2' },
  ]);
});

test('one line is a whole fixture: its rows have letters, its columns numbers', () => {
  const slots = slotsIn("{ path: '1-2.[1-3].[1-4]', label: '{row}{column}', group: nest, columns: 4 }");
  expect(slots?.map(({ path, label }) => `${path} ${label}`)).toEqual([
    '1-2.1.1 A1',
    '1-2.1.2 A2',
    '1-2.1.3 A3',
    '1-2.1.4 A4',
    '1-2.2.1 B1',
    '1-2.2.2 B2',
    '1-2.2.3 B3',
    '1-2.2.4 B4',
    '1-2.3.1 C1',
    '1-2.3.2 C2',
    '1-2.3.3 C3',
    '1-2.3.4 C4',
  ]);
  expect(slots?.at(-1)?.place).toEqual({ row: 3, column: 4 });
});

test('a fixture may begin anywhere on the grid, and without columns it is one row', () => {
  const places = slotsIn("{ path: '1-[1-3]', label: '{row}{column}', row: 27, column: 5 }")?.map(({ label }) => label);
  expect(places).toEqual(['AA5', 'AA6', 'AA7']);
});

test('two fixtures may have the same places when they are two groups', () => {
  const slots = slotsIn(
    "{ path: '1-1.[1-2]', label: 'L{n}', group: left, columns: 2 }",
    "{ path: '1-2.[1-2]', label: 'R{n}', group: right, columns: 2 }",
  );
  expect(slots?.map(({ place }) => place?.column)).toEqual([1, 2, 1, 2]);
});

test.each([
  [['{ path: 1-1, label: A }', '{ path: 1-2, label: B }', '{ path: 1-1, label: C }'], 5, 'slots.2.path'],
  [['{ path: 1-1, label: A }', "{ path: '1-[2-3]', label: A }"], 4, 'slots.1.label'],
  [
    ["{ path: '1-[1-4]', label: 'A{n}', columns: 2 }", '{ path: 1-5, label: B, row: 2, column: 2 }'],
    4,
    'slots.1.columns',
  ],
  [["{ path: '1-[1-4', label: 'A{n}' }"], 3, 'slots.0.path'],
  [["{ path: '1-[1-17].[1-16]', label: 'A{n}' }"], 3, 'slots.0.path'],
  [
    [
      "{ path: '1-[1-99]', label: 'A{n}' }",
      "{ path: '2-[1-99]', label: 'B{n}' }",
      "{ path: '3-[1-99]', label: 'C{n}' }",
    ],
    5,
    'slots.2.path',
  ],
  [["{ path: '1-[1-2]', label: '{row}{column}' }"], 3, 'slots.0.label'],
  [["{ path: '1-[1-2]', label: 'A{m}' }"], 3, 'slots.0.label'],
  [["{ path: '1-[1-2]', label: '                {n}{n}{n}{n}' , columns: 65 }"], 3, 'slots.0.columns'],
  [["{ path: '1-[1-3]', label: '{row}{column}', column: 63 }"], 3, 'slots.0.columns'],
  [["{ path: 1-1, label: '  ' }"], 3, 'slots.0.label'],
  [['{ path: 1-1, label: A, colour: red }'], 3, 'slots.0.colour'],
])('%j is refused with the line and the field', (lines, line, field) => {
  expect(refusal(...lines)).toMatchObject({ file: 'station.yaml', line, field });
});

test('every line that is wrong is told at once, by the fault and in words', () => {
  const lines = [
    "{ path: '1-1.[1-2]', label: 'A{n}' }",
    '{ path: usb0, label: A1 }',
    '{ path: 1-1.2, label: B }',
    '{ path: 1-3, lable: C }',
    '{ path: 1.3, label: D, row: 65 }',
  ];
  let fault: unknown = null;
  try {
    slotsIn(...lines);
  } catch (thrown) {
    fault = thrown;
  }
  expect(configProblems(fault as Fault)?.problems).toEqual([
    { line: 4, field: 'slots.1.path', reason: 'is "usb0", must be a port path such as 1-2.3' },
    { line: 6, field: 'slots.3.label', reason: 'is missing, must be text' },
    {
      line: 6,
      field: 'slots.3.lable',
      reason: 'is not known here; do you mean label?',
    },
    { line: 7, field: 'slots.4.path', reason: 'is 1.3, must be text: put it in quotes' },
    { line: 7, field: 'slots.4.row', reason: 'is 65, must be a whole number from 1 to 64' },
    { line: 5, field: 'slots.2.path', reason: 'port 1-1.2 stands here twice' },
  ]);
});

test('an empty list is refused, and it is said what to do', () => {
  expect(() => parseYaml('station: a\nslots: []\n', WrittenStation, 'f')).toThrow(
    expect.objectContaining({
      details: {
        file: 'f',
        line: 2,
        field: 'slots',
        reason: expect.stringMatching(/^is an empty list, .*delete/) as unknown,
      },
    }),
  );
});
