import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextSearch, type PluggedDevice, type SearchEvent, type SlotSearch, searchFor } from './slot-search.ts';

const ID = { vendorId: 0x0483, productId: 0xdf11 };
const device = (path: string, arrival = 'x', mode: PluggedDevice['mode'] = 'dfu'): PluggedDevice => ({
  path,
  arrival,
  mode,
  ...ID,
});
const see = (...devices: PluggedDevice[]): SearchEvent => ({ on: 'seen', devices });
const UNSEEN: SearchEvent = { on: 'unseen' };
const SKIP = { on: 'skip' } as const;
const BACK = { on: 'back' } as const;
/** After a first look at a bench without boards. */
const after = (labels: readonly string[], ...events: SearchEvent[]) =>
  [see(), ...events].reduce(nextSearch, searchFor(labels));
const found = (search: SlotSearch) => Object.fromEntries(search.found);

test('each board that is plugged in names the next slot, once, in its bootloader or with its firmware running', () => {
  const one = device('1-1');
  const search = after(['A1', 'A2'], see(one), see(one), see(one, device('1-2', 'y', 'application')));
  expect([found(search), search.at]).toEqual([{ A1: '1-1', A2: '1-2' }, 2]);
});

test('what was there at the first look is no answer; plugged in anew it is, also between two looks', () => {
  const before = [see(device('1-1')), see(device('1-1'))].reduce(nextSearch, searchFor(['A1']));
  expect(found(before)).toEqual({});
  expect(found([see(), see(device('1-1'))].reduce(nextSearch, before))).toEqual({ A1: '1-1' });
  expect(found(nextSearch(before, see(device('1-1', 'y'))))).toEqual({ A1: '1-1' });
});

test('boards that have not moved since the first look are known, until they are pulled or plugged in anew', () => {
  const first = see(device('1-1'), device('1-2'), device('1-3'), device('1-4', 'x', 'other'));
  const search = nextSearch(searchFor(['A1']), first);
  expect(search.unmoved).toEqual(['1-1', '1-2', '1-3']);
  const later = [see(device('1-1'), device('1-2', 'new')), see(device('1-1'), device('1-2', 'new'), device('1-3'))];
  expect(later.reduce(nextSearch, search).unmoved).toEqual(['1-1']);
});

test('after a time that nobody saw, boards where there was one before are no answer, whatever they are called now', () => {
  const before = after(['A1', 'A2'], see(device('1-1'), device('1-4', 'x', 'other')), UNSEEN, UNSEEN);
  const anew = [device('1-1', 'y'), device('1-4', 'y', 'other')];
  const back = nextSearch(before, see(...anew));
  expect([found(back), back.unmoved, back.note]).toEqual([{ A1: '1-1' }, [], before.note]);
  expect(found(nextSearch(before, see(...anew, device('1-2'))))).toEqual({ A1: '1-1', A2: '1-2' });

  const first = nextSearch(searchFor(['A1']), see(device('1-1'), device('1-2'), device('1-3')));
  const restarted = [UNSEEN, see(device('1-1', 'y'), device('1-2'))].reduce(nextSearch, first);
  expect([found(restarted), restarted.unmoved]).toEqual([{}, ['1-2', '1-1']]);
  const pulled = [see(device('1-2')), see(device('1-1', 'z'), device('1-2'))].reduce(nextSearch, restarted);
  expect([found(pulled), pulled.unmoved]).toEqual([{ A1: '1-1' }, ['1-2']]);
});

test('a port that has a name already is refused, and the slot is still asked for', () => {
  const search = after(['A1', 'A2'], see(device('1-1')), see(), see(device('1-1', 'y')));
  expect(search).toMatchObject({ at: 1, note: { kind: 'taken', label: 'A1', path: '1-1' } });
});

test('several boards at once are no answer', () => {
  const search = after(['A1'], see(device('1-1'), device('1-2')));
  expect(search).toMatchObject({ at: 0, note: { kind: 'several', paths: ['1-1', '1-2'] } });
});

test('what is no board is told and not taken; beside a board it does not matter', () => {
  const stick = device('1-3', 'x', 'other');
  expect(after(['A1'], see(stick))).toMatchObject({ at: 0, note: { kind: 'stranger', device: stick } });
  expect(found(after(['A1'], see(stick, device('1-1'))))).toEqual({ A1: '1-1' });
});

test('a look that shows nothing new leaves the note as it is, so that it is told once and stays to be read', () => {
  const search = after(['A1'], see(device('1-1'), device('1-2')));
  expect(nextSearch(search, see(device('1-1'))).note).toBe(search.note);
  expect(nextSearch(search, BACK).note).toBeNull();
});

test('skip leaves a slot out; back asks for the one before again and forgets its port', () => {
  const skipped = after(['A1', 'A2'], SKIP, see(device('1-2')));
  expect([found(skipped), skipped.at]).toEqual([{ A2: '1-2' }, 2]);
  expect(after(['A1'], SKIP)).toMatchObject({ at: 1, note: { kind: 'skipped', label: 'A1' } });
  const back = after(['A1', 'A2'], see(device('1-1')), BACK, BACK);
  expect([found(back), back.at]).toEqual([{}, 0]);
  expect(found([see(), see(device('1-1'))].reduce(nextSearch, back))).toEqual({ A1: '1-1' });
});

test('when all have been asked for, nothing is taken any more, and back still leads back', () => {
  const all = after(['A1'], see(device('1-1')), see(device('1-1'), device('1-2')), SKIP);
  expect([found(all), all.at]).toEqual([{ A1: '1-1' }, 1]);
  expect(nextSearch(all, BACK)).toMatchObject({ at: 0, found: new Map() });
});

/** What hands do between two looks, and what follows. */
const Round = fc.record({
  moves: fc.array(
    fc.record({
      path: fc.constantFrom('1-1', '1-2', '1-3'),
      puts: fc.constantFrom('dfu' as const, 'other' as const, null),
    }),
    { maxLength: 3 },
  ),
  does: fc.constantFrom('look' as const, 'look' as const, 'skip' as const, 'back' as const),
});
type Round = typeof Round extends fc.Arbitrary<infer R> ? R : never;

test('whatever is plugged, pulled and typed, a slot is found only by the one board that came since the last look', () => {
  const labels = ['A', 'B', 'C', 'D'];
  fc.assert(
    fc.property(fc.array(Round, { maxLength: 40 }), (rounds) => {
      let search = searchFor(labels);
      for (const { event, came } of played(rounds)) {
        const before = search;
        search = nextSearch(before, event);
        const added = [...search.found].filter(([label]) => !before.found.has(label));
        expect(added).toEqual(answers(before, came));
        expect(new Set(search.found.values()).size).toBe(search.found.size);
        expect([...search.found.keys()].every((label) => labels.indexOf(label) < search.at)).toBe(true);
        expect(search.at).toBeLessThanOrEqual(labels.length);
      }
    }),
  );
});

/** Every event of these rounds, with the boards of which it is the first news. */
function* played(rounds: readonly Round[]) {
  const bench = new Map<string, PluggedDevice>();
  const shown = new Set<string>();
  let arrivals = 0;
  for (const { moves, does } of rounds) {
    for (const { path, puts } of moves) {
      if (puts === null) bench.delete(path);
      else bench.set(path, device(path, `${++arrivals}`, puts));
    }
    const now = does === 'look' ? [...bench.values()] : [];
    yield {
      event: does === 'look' ? see(...now) : ({ on: does } as const),
      came: now.filter(({ mode, arrival }) => mode === 'dfu' && !shown.has(arrival)),
    };
    for (const { arrival } of now) shown.add(arrival);
  }
}

/** What has to be found when these boards have come. */
function answers({ labels, at, found: known, seen }: SlotSearch, came: readonly PluggedDevice[]) {
  const [board, ...more] = came;
  const isOpen = seen !== null && at < labels.length;
  const isAnswer = isOpen && board !== undefined && more.length === 0 && ![...known.values()].includes(board.path);
  return isAnswer ? [[labels[at], board.path]] : [];
}
