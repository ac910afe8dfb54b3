import type { SlotName } from '@flashline/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseYaml } from '../yaml-file.ts';
import { WrittenStation } from './station-file.ts';
import { newStationText, withSlots } from './station-text.ts';

const FILE = `# Line 1, left of the oven.
station: line-1 # do not change

# The fixture of May.
slots:
  - { path: 1-1.1, label: A1 } # the stiff one
  - { path: '1-1.[2-4]', label: 'C{n}' }
  # spare
  - path: 1-2
    label: S1
    group: spare

# Slow hub.
startsPerHub: 4
`;

const A1: SlotName = { path: '1-7.1', label: 'A1', group: 'left', place: { row: 1, column: 2 } };
const B1: SlotName = { path: '1-7.2', label: 'B1' };
const S1: SlotName = { path: '1-2', label: 'S1', group: 'spare' };

test('the slots are replaced, and what people wrote around them stays', () => {
  expect(withSlots(FILE, [A1, B1, S1], 'station.yaml')).toBe(`# Line 1, left of the oven.
station: line-1 # do not change

# The fixture of May.
slots:
  - { path: 1-7.1, label: A1, group: left, row: 1, column: 2 } # the stiff one
  - { path: 1-7.2, label: B1 }
  # spare
  - path: 1-2
    label: S1
    group: spare

# Slow hub.
startsPerHub: 4
`);
});

test('a station file without slots gets them, also one that had a one-line list', () => {
  const lists = ['', 'slots: [{ path: 1-1, label: X }]\n', 'slots: [{ path: 1-1, label: B1, columns: 2 }]\n'];
  for (const slots of lists) {
    const changed = withSlots(`station: a\n${slots}slotsPerHost: 4\n`, [B1], 'station.yaml');
    expect(parseYaml(changed, WrittenStation, '')).toEqual({ station: 'a', slots: [B1], slotsPerHost: 4 });
  }
});

test('a line with a pattern stays while its slots are as it says, and its comment stays beside what is left of it', () => {
  const text = `station: a
slots:
  # The old fixture.
  - { path: '1-1.[1-3]', label: 'A{n}' } # stiff
  - { path: '1-2.[1-2]', label: 'B{n}', columns: 2 } # oven
`;
  const { slots = [] } = parseYaml(text, WrittenStation, 'f');
  expect(withSlots(text, slots, 'f')).toBe(text);
  const moved = slots.map((slot) => (slot.label === 'A2' ? { ...slot, path: '1-7' } : slot));
  expect(withSlots(text, moved, 'f')).toBe(`station: a
slots:
  # The old fixture.
  - { path: 1-1.1, label: A1 } # stiff
  - { path: 1-7, label: A2 }
  - { path: 1-1.3, label: A3 }
  - { path: '1-2.[1-2]', label: 'B{n}', columns: 2 } # oven
`);
});

test('a new file is a station file', () => {
  const text = newStationText('line-7', [A1, B1]);
  expect(parseYaml(text, WrittenStation, '')).toEqual({ station: 'line-7', slots: [A1, B1] });
});

test('a file that is no station file is not touched, and a label that the file would read otherwise is refused', () => {
  expect(() => withSlots('stations: x\n', [B1], 'f')).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  const braces = { ...B1, label: 'A{n}' };
  expect(() => withSlots(FILE, [braces], 'f')).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
});

test('whatever the labels are, what is written is read again', () => {
  const Label = fc
    .string({ minLength: 1, maxLength: 32 })
    .filter((label) => label.trim() === label && !/[{}]/.test(label));
  const Labels = fc.uniqueArray(Label, { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(Labels, (labels) => {
      const slots = labels.map((label, n) => ({ path: `1-${n + 1}`, label }));
      const twice = withSlots(withSlots(FILE, slots, 'f'), slots.toReversed(), 'f');
      expect(parseYaml(twice, WrittenStation, 'f').slots).toEqual(slots.toReversed());
    }),
  );
});
