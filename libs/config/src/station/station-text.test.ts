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

test('no comment is lost: above a line it stays in its place, beside one that goes it says whose it was', () => {
  const text = `# Line 1.
station: a
slots: # as built
  # Left fixture.
  - { path: '1-1.[1-2]', label: 'A{n}' } # stiff
  # Right fixture.
  - path: '1-2.[1-2]' # the long cable
    label: 'B{n}'
    # two abreast
    columns: 2
  - { path: 1-3, label: S, row: 5 } # spare

  # Oven.
  - path: 1-4
    label: O
    row: 6 # the upper one
  # More to come.
startsPerHub: 2 # weak supply
`;
  expect(withSlots(text, [{ path: '1-9', label: 'B2' }, { path: '1-4', label: 'O' }, B1], 'f')).toBe(`# Line 1.
station: a
slots:
  # as built
  # Left fixture.
  # A{n}: stiff
  # Right fixture.
  # the long cable
  # two abreast
  - { path: 1-9, label: B2 }

  # S: spare
  # Oven.
  # the upper one
  - path: 1-4
    label: O
  - { path: 1-7.2, label: B1 }
  # More to come.
startsPerHub: 2 # weak supply
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

test('whatever is renamed, moved, dropped and added, every comment stays, and once', () => {
  const lines = [
    '  - { path: 1-1, label: A1 } # beside',
    "  - { path: '1-2.[1-3]', label: 'B{n}', columns: 2 } # beside",
    "  - label: 'C{n}'\n    path: '1-3.[1-2]' # beside",
    '  - path: 1-4\n    label: D\n    group: g # beside',
  ];
  const File = fc.shuffledSubarray(lines, { minLength: 1 }).map((some) => {
    const text = some.map((line, n) => `  # above${n}\n${line}${n}`).join('\n');
    return { text: `# top\nstation: a\nslots:\n${text}\n# end\nslotsPerHost: 4\n`, count: some.length };
  });
  const Labels = fc.shuffledSubarray(['A1', 'B1', 'B2', 'B3', 'C1', 'C2', 'D', 'N'], { minLength: 1 });
  fc.assert(
    fc.property(File, Labels, fc.nat(3), ({ text, count }, labels, moved) => {
      const known = new Map(parseYaml(text, WrittenStation, 'f').slots?.map((slot) => [slot.label, slot]));
      const slots = labels.map((label, n) => ({ ...known.get(label), label, path: `1-${moved + n}` }));
      const stays = labels.flatMap((label) => known.get(label) ?? []);
      const wrote = ['top', 'end', ...Array.from({ length: count }, (_, n) => [`above${n}`, `beside${n}`]).flat()];
      for (const wanted of [slots, ...(stays.length === 0 ? [] : [stays])]) {
        const changed = withSlots(text, wanted, 'f');
        for (const written of [changed, withSlots(changed, wanted, 'f')])
          expect(commentsIn(written).toSorted()).toEqual(wrote.toSorted());
      }
    }),
  );
});

function commentsIn(text: string): string[] {
  return [...text.matchAll(/# (?:[\w{}]+: )?(\w+)$/gm)].map(([, comment = '']) => comment);
}
