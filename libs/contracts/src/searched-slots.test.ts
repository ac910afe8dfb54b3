import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lostWords, slotsAfter } from './searched-slots.ts';
import { SlotNames } from './station.ts';

const BEFORE = [
  { path: '1-1', label: 'A1', group: 'left', place: { row: 1, column: 1 } },
  { path: '1-2', label: 'A2' },
  { path: '1-3', label: 'A3' },
  { path: '1-9', label: 'Z' },
];
const after = (labels: readonly string[], found: Readonly<Record<string, string>>) =>
  slotsAfter({ labels, found: new Map(Object.entries(found)) }, BEFORE);

test('a slot keeps its group and its place, and one that was skipped its port', () => {
  expect(after(['Z', 'A1', 'A2', 'A3', 'B'], { A1: '1-4', B: '1-7' })).toEqual({
    slots: [
      { path: '1-9', label: 'Z' },
      { ...BEFORE[0], path: '1-4' },
      { path: '1-2', label: 'A2' },
      { path: '1-3', label: 'A3' },
      { path: '1-7', label: 'B' },
    ],
    lost: [],
  });
});

test('ports may change places', () => {
  const { slots, lost } = after(['A1', 'A2', 'A3', 'Z'], { A1: '1-2', A2: '1-1' });
  expect(slots.map(({ label, path }) => `${label} ${path}`)).toEqual(['A1 1-2', 'A2 1-1', 'A3 1-3', 'Z 1-9']);
  expect(lost).toEqual([]);
});

test('no slot goes in silence: its port was taken, nobody asked for it, or no board was plugged into it', () => {
  const { slots, lost } = after(['A1', 'A2', 'N', 'B'], { A1: '1-2', B: '1-3' });
  expect(slots.map(({ label, path }) => `${label} ${path}`)).toEqual(['A1 1-2', 'B 1-3']);
  expect(lost.map(lostWords)).toEqual([
    'A2 is no slot any more: its port 1-2 is A1 now.',
    'N does not become a slot: no board was plugged into it.',
    'A3 is no slot any more: its port 1-3 is B now.',
    'Z (port 1-9) is no slot any more: it was not on the list.',
  ]);
});

test('whatever was found, every slot there was and every label asked for is kept or told as lost', () => {
  const Labels = fc.uniqueArray(fc.constantFrom('A1', 'A2', 'A3', 'B', 'Z'), { minLength: 1 });
  const Ports = fc.uniqueArray(fc.option(fc.constantFrom('1-1', '1-2', '1-3', '1-4', '1-9'), { nil: '' }), {
    minLength: 5,
    maxLength: 5,
    selector: (port) => (port === '' ? Symbol('skipped') : port),
  });
  fc.assert(
    fc.property(Labels, Ports, (labels, ports) => {
      const found = labels.map((label, at) => [label, ports[at] ?? ''] as const).filter(([, port]) => port !== '');
      const { slots, lost } = after(labels, Object.fromEntries(found));
      const all = new Set([...labels, ...BEFORE.map(({ label }) => label)]);
      expect([...slots, ...lost].map(({ label }) => label).toSorted()).toEqual([...all].toSorted());
      expect(SlotNames.safeParse(slots).success).toBe(true);
    }),
  );
});
