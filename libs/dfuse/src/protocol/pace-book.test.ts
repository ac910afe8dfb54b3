import type { BoardIdentity } from '@flashline/contracts';
import { expect, test } from 'vitest';
import { madePart } from '../testing/made-part.ts';
import { PaceBook } from './pace-book.ts';
import { LITERAL_PACE, UNKNOWN_PACE } from './pacing.ts';

const BOARD: BoardIdentity = { vendorId: 1, productId: 2, bcdDevice: 3, usbSerial: 'A', layout: '@Flash' };
const PART = madePart();

test('nothing is known of a board that is like no other', () => {
  expect(new PaceBook().of(BOARD, PART)).toBe(UNKNOWN_PACE);
});

test('what one board taught is known of the next of its kind, whatever its serial', () => {
  const book = new PaceBook();
  book.keep(BOARD, PART, LITERAL_PACE);
  expect(book.of({ ...BOARD, usbSerial: 'B' }, PART)).toBe(LITERAL_PACE);
  expect(book.of({ ...BOARD, usbSerial: null }, PART)).toBe(LITERAL_PACE);
});

test.each([{ vendorId: 9 }, { productId: 9 }, { bcdDevice: 9 }, { layout: '@Other' }, { layout: null }])(
  'and of no other kind: %j',
  (differs) => {
    const book = new PaceBook();
    book.keep(BOARD, PART, LITERAL_PACE);
    expect(book.of({ ...BOARD, ...differs }, PART)).toBe(UNKNOWN_PACE);
  },
);

test('nor of another part that shows the same flash, or one that nobody knows', () => {
  const book = new PaceBook();
  book.keep(BOARD, PART, LITERAL_PACE);
  expect(book.of(BOARD, madePart({ name: 'other' }))).toBe(UNKNOWN_PACE);
  expect(book.of(BOARD, null)).toBe(UNKNOWN_PACE);
});

test('the last lesson counts', () => {
  const book = new PaceBook();
  const later = { isLiteral: false, learned: { 'write:1': { waitMs: 3, answersBusy: true } } };
  book.keep(BOARD, PART, LITERAL_PACE);
  book.keep(BOARD, PART, later);
  expect(book.of(BOARD, PART)).toBe(later);
});

test('of more kinds than anyone has, those met longest ago are forgotten', () => {
  const book = new PaceBook();
  const kind = (bcdDevice: number) => ({ ...BOARD, bcdDevice });
  for (let n = 0; n < 64; n++) book.keep(kind(n), PART, LITERAL_PACE);
  book.keep(kind(0), PART, LITERAL_PACE);
  book.keep(kind(64), PART, LITERAL_PACE);
  expect(book.of(kind(0), PART)).toBe(LITERAL_PACE);
  expect(book.of(kind(1), PART)).toBe(UNKNOWN_PACE);
  expect(book.of(kind(2), PART)).toBe(LITERAL_PACE);
});
