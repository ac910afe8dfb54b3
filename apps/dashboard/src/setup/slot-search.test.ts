import { type Slot, SlotNames, type StationSetup } from '@flashline/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Boards, boardsOn, nextSearch, type SearchEvent, searchFor, slotsAfter } from './slot-search.ts';

const see = (boards: Record<string, string>): SearchEvent => ({ on: 'seen', boards: new Map(Object.entries(boards)) });
const NONE: Boards = new Map();
const after = (labels: readonly string[], ...events: SearchEvent[]) =>
  events.reduce(nextSearch, searchFor(labels, NONE));
const found = (search: ReturnType<typeof after>) => Object.fromEntries(search.found);

test('each board that is plugged in names the next slot, once', () => {
  const search = after(['A1', 'A2'], see({ '1-1': 'x' }), see({ '1-1': 'x' }), see({ '1-1': 'x', '1-2': 'dfu' }));
  expect([found(search), search.at]).toEqual([{ A1: '1-1', A2: '1-2' }, 2]);
});

test('what was there is no answer until it is plugged in anew', () => {
  const search = searchFor(['A1'], new Map([['1-1', 'x']]));
  expect(found(nextSearch(search, see({ '1-1': 'x' })))).toEqual({});
  expect(found([see({}), see({ '1-1': 'x' })].reduce(nextSearch, search))).toEqual({ A1: '1-1' });
});

test('what has not moved since it began is known, until it is pulled or plugged in anew', () => {
  const search = searchFor(
    ['A1'],
    new Map([
      ['1-1', 'x'],
      ['1-2', 'y'],
      ['1-3', 'z'],
    ]),
  );
  const later = [see({ '1-1': 'x', '1-2': 'new' }), see({ '1-1': 'x', '1-2': 'new', '1-3': 'z' })];
  expect([...search.unmoved.keys()]).toEqual(['1-1', '1-2', '1-3']);
  expect([...later.reduce(nextSearch, search).unmoved.keys()]).toEqual(['1-1']);
});

test('a port twice and several boards at once are no answer, and said', () => {
  expect(after(['A1', 'A2'], see({ '1-1': 'x' }), see({ '1-1': 'y' }))).toMatchObject({
    at: 1,
    note: expect.stringContaining('Port 1-1 is A1 already'),
  });
  expect(after(['A1'], see({ '1-1': 'x', '1-2': 'y' }))).toMatchObject({
    at: 0,
    note: expect.stringMatching(/Several/),
  });
});

test('skip and back move, and back forgets', () => {
  const search = after(['A1', 'A2'], see({ '1-1': 'x' }), { on: 'back' }, { on: 'skip' }, see({ '1-2': 'y' }));
  expect([found(search), search.at]).toEqual([{ A2: '1-2' }, 2]);
  expect(after(['A1'], { on: 'back' }).at).toBe(0);
});

test('boards are seen on slots and on other ports, what is no board and what was pulled is not', () => {
  const setup = {
    station: 'ST07',
    others: [
      { path: '1-4', mode: 'dfu' },
      { path: '1-5', mode: 'other' },
    ],
  } as StationSetup;
  const slot = (path: string, state: object) => ({ station: 'ST07', slot: path, state }) as Slot;
  const slots = [
    slot('1-1', { is: 'waiting', seatingId: 's1' }),
    slot('1-2', { is: 'done', seatingId: 's2', present: false }),
    slot('1-3', { is: 'empty' }),
    { ...slot('1-9', { is: 'waiting', seatingId: 's9' }), station: 'ST08' },
  ];
  expect(Object.fromEntries(boardsOn(setup, slots))).toEqual({ '1-4': 'dfu', '1-1': 's1' });
});

const BEFORE = [
  { path: '1-1', label: 'A1', group: 'left' },
  { path: '1-2', label: 'A2' },
  { path: '1-3', label: 'A3' },
  { path: '1-9', label: 'Z' },
];
const SKIP = { on: 'skip' } as const;

test('a slot keeps its group, and a skipped one its port', () => {
  const search = after(['Z', 'A1', 'A2', 'A3', 'B'], SKIP, see({ '1-4': 'x' }), SKIP, SKIP, see({ '1-7': 'y' }));
  expect(slotsAfter(search, BEFORE)).toEqual({
    slots: [
      { path: '1-9', label: 'Z' },
      { path: '1-4', label: 'A1', group: 'left' },
      { path: '1-2', label: 'A2' },
      { path: '1-3', label: 'A3' },
      { path: '1-7', label: 'B' },
    ],
    lost: [],
  });
});

test('no slot goes in silence: its port was taken, nobody asked for it, or no board was plugged into it', () => {
  const search = after(['A1', 'A2', 'N', 'B'], see({ '1-2': 'x' }), SKIP, SKIP, see({ '1-3': 'y' }));
  expect(slotsAfter(search, BEFORE)).toEqual({
    slots: [
      { path: '1-2', label: 'A1', group: 'left' },
      { path: '1-3', label: 'B' },
    ],
    lost: [
      { kind: 'taken', label: 'A2', path: '1-2', by: 'A1' },
      { kind: 'portless', label: 'N' },
      { kind: 'taken', label: 'A3', path: '1-3', by: 'B' },
      { kind: 'unlisted', label: 'Z', path: '1-9' },
    ],
  });
});

test('whatever is plugged in and skipped, every slot there was and every label asked for is kept or told as lost', () => {
  const Ports = fc.dictionary(fc.constantFrom('1-1', '1-2', '1-3', '1-4', '1-9'), fc.constantFrom('x', 'y'));
  const Event = fc.oneof(Ports.map(see), fc.constantFrom<SearchEvent>(SKIP, { on: 'back' }));
  const Labels = fc.uniqueArray(fc.constantFrom('A1', 'A2', 'A3', 'B', 'Z'), { minLength: 1 });
  fc.assert(
    fc.property(Labels, fc.array(Event), (labels, events) => {
      const { slots, lost } = slotsAfter(after(labels, ...events), BEFORE);
      const all = new Set([...labels, ...BEFORE.map(({ label }) => label)]);
      expect([...slots, ...lost].map(({ label }) => label).toSorted()).toEqual([...all].toSorted());
      expect(SlotNames.safeParse(slots).success).toBe(true);
    }),
  );
});
