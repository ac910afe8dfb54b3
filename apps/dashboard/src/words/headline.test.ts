import fc from 'fast-check';
import { expect, test } from 'vitest';
import { headlineOf, NEEDS_A_HAND, type Tally, tallyOf } from './headline.ts';
import type { Tone } from './slot-face.ts';

const TONES: readonly Tone[] = [
  'empty',
  'offline',
  'stranger',
  'doubt',
  'boot0',
  'unit',
  'waiting',
  'queued',
  'running',
  'pass',
  'pulled',
  'fail',
  'error',
  'aborted',
];

const tallyWith = (counts: Partial<Tally>): Tally => ({ ...tallyOf([]), ...counts });

test('the headline is green only when every board there has passed and every slot is seen', () => {
  const counts = fc.record(
    Object.fromEntries(TONES.map((tone) => [tone, fc.nat(3)])) as Record<Tone, fc.Arbitrary<number>>,
  );
  fc.assert(
    fc.property(counts, (tally) => {
      const { pass, pulled: _pulled, empty: _empty, ...others } = tally;
      const clean = Object.values(others).every((count) => count === 0);
      expect(headlineOf(tally).tone === 'pass').toBe(clean && pass > 0);
    }),
  );
});

test('a mixed batch names what is wrong, worst first', () => {
  const headline = headlineOf(tallyWith({ boot0: 3, pass: 30, fail: 2, error: 1, aborted: 1, stranger: 1, doubt: 2 }));
  expect(headline).toEqual({
    tone: 'fail',
    text: '2 boards failed, 1 station error, 1 stopped, 2 boards in doubt, 4 more need a hand',
  });
  expect(headlineOf(tallyWith({ error: 1, aborted: 1, stranger: 2, boot0: 1 })).text).toBe(
    '1 station error, 1 stopped, 2 not boards, 1 board needs BOOT0',
  );
});

test('whatever needs a hand comes before boards that are in work', () => {
  for (const tone of NEEDS_A_HAND)
    expect(headlineOf(tallyWith({ [tone]: 1, running: 5, waiting: 2, pass: 3 })).tone).toBe(tone);
  expect(headlineOf(tallyWith({ doubt: 1 })).text).toBe('1 board in doubt');
  expect(headlineOf(tallyWith({ boot0: 2 })).text).toBe('2 boards need BOOT0');
  expect(headlineOf(tallyWith({ unit: 2 })).text).toBe('2 labels to scan');
});

test('slots are counted by how they look', () => {
  expect(tallyOf(['pass', 'doubt', 'pass'])).toEqual(tallyWith({ pass: 2, doubt: 1 }));
});

test('the station in trouble is not told as bad boards', () => {
  expect(headlineOf(tallyWith({ pass: 3, error: 2 }))).toEqual({ tone: 'error', text: '2 station errors' });
});

test('a calm bench says what is next', () => {
  expect(headlineOf(tallyWith({ empty: 8 })).text).toBe('Plug a board into any slot');
  expect(headlineOf(tallyWith({ empty: 4, pulled: 4 })).text).toBe('Plug the next boards in');
  expect(headlineOf(tallyWith({ running: 3, queued: 1, pass: 2 }))).toEqual({
    tone: 'running',
    text: '4 boards in work',
  });
  expect(headlineOf(tallyWith({ waiting: 1 })).text).toBe('1 board waiting');
  expect(headlineOf(tallyWith({ pass: 1 })).text).toBe('1 board passed. Pull it.');
  expect(headlineOf(tallyWith({ offline: 8, pass: 2 }))).toEqual({ tone: 'offline', text: 'No contact to 8 slots' });
});
