import { nextSearch, type SlotSearch, searchFor } from '@flashline/contracts';
import { expect, test } from 'vitest';
import { seenIn } from './wizard-session.ts';

type Scan = Parameters<typeof seenIn>;

const board = (path: string, address: number) => ({
  path,
  address,
  vendorId: 0x0483,
  productId: 0xdf11,
  bcdDevice: 0x2200,
  usbSerial: null,
  mode: 'dfu' as const,
});
const look = (search: SlotSearch, scan: Scan): SlotSearch => nextSearch(search, seenIn(...scan));

test('a board that was out of sight with the whole bus has not been plugged in, one on another port has', () => {
  const first: Scan = [[board('1-1', 1), board('1-2', 2)], null];
  const dark: Scan = [[], 'no bus'];
  const back = [first, dark, first].reduce(look, searchFor(['A1']));
  expect([back.at, back.note, back.unmoved]).toEqual([0, null, ['1-1', '1-2']]);
  const more: Scan = [[board('1-1', 1), board('1-2', 2), board('1-3', 3)], null];
  expect([...[first, dark, more].reduce(look, searchFor(['A1'])).found]).toEqual([['A1', '1-3']]);
});

test('a trouble that hides no boards is no reason to wait, and an empty bus without one is an answer', () => {
  expect(look(searchFor(['A1']), [[board('1-1', 1)], 'some trouble']).unmoved).toEqual(['1-1']);
  expect(look(searchFor(['A1']), [[], null]).seen?.size).toBe(0);
});
