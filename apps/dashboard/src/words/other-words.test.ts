import type { OtherDevice, StationSetup } from '@flashline/contracts';
import { expect, test } from 'vitest';
import { elsewhereWords, otherWords } from './other-words.ts';

const device = (path: string, mode: OtherDevice['mode']): OtherDevice => ({
  path,
  vendorId: 0x0483,
  productId: 0xdf11,
  mode,
});
const setup = (others: OtherDevice[], online = true) => ({ others, online }) as StationSetup;

test('a board in its bootloader on a port that is no slot is named with its port', () => {
  const words = elsewhereWords([setup([device('1-4', 'dfu'), device('1-5', 'other')])]);
  expect(words.misplaced).toMatch(/port 1-4, which is not a slot of this station/);
  expect(words.rest).toBe('Not on a slot of this station: 1 other device.');
  expect(elsewhereWords([setup([device('1-4', 'dfu'), device('1-6', 'dfu')])]).misplaced).toMatch(/^2 boards/);
});

test('nothing there is nothing to tell, and a station that does not answer tells nothing', () => {
  const nothing = { misplaced: null, rest: null };
  expect(elsewhereWords([setup([])])).toEqual(nothing);
  expect(elsewhereWords([setup([device('1-4', 'dfu')], false)])).toEqual(nothing);
});

test('every kind of device is told apart', () => {
  const words = (['dfu', 'application', 'other'] as const).map((mode) => otherWords(device('1-1', mode)));
  expect(new Set(words).size).toBe(3);
  for (const text of words) expect(text).toContain('0483:df11');
});
