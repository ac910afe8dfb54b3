import { expect, test } from 'vitest';
import { bytesText, countText, durationText, plural, rateText, wallTime } from './formats.ts';

test('durations keep three digits where it matters and never say 60 s', () => {
  const texts = [0.4, 84, 999, 999.7, 5_420, 9_994, 9_996, 59_949, 59_951, 125_000].map(durationText);
  expect(texts).toEqual([
    '0 ms',
    '84 ms',
    '999 ms',
    '1.00 s',
    '5.42 s',
    '9.99 s',
    '10.0 s',
    '59.9 s',
    '1 min 00 s',
    '2 min 05 s',
  ]);
});

test('bytes are told in the largest unit', () => {
  expect([0, 1023, 1024, 262_144, 1_572_864, 2 ** 30].map(bytesText)).toEqual([
    '0 B',
    '1023 B',
    '1 KiB',
    '256 KiB',
    '1.5 MiB',
    '1 GiB',
  ]);
});

test('counts have their thousands apart and nouns agree', () => {
  expect(countText(1_234_567)).toBe('1\u00a0234\u00a0567');
  expect([0, 1, 2].map((count) => plural(count, 'board'))).toEqual(['0 boards', '1 board', '2 boards']);
});

test('a phase without bytes has no rate', () => {
  expect(rateText(0, 100)).toBeNull();
  expect(rateText(1024, 0)).toBeNull();
  expect(rateText(65_536, 500)).toBe('128 KiB/s');
});

test('wall time follows the offset over midnight', () => {
  expect(wallTime('2026-11-22T23:30:15.120Z', 60)).toEqual({ date: '2026-11-23', time: '00:30:15' });
  expect(wallTime('2026-11-22T00:10:00.000Z', -210)).toEqual({ date: '2026-11-21', time: '20:40:00' });
});
