import { type FirmwareImage, readImage } from '@flashline/firmware';
import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { FirmwareBook } from './firmware-book.ts';
import { PHASE_LIMITS } from './limits.ts';

const image = (text: string) => readImage(Buffer.from(text), { name: 'x.bin', loadAddress: 0x0800_0000 });
const ONE = image('one serial number');
const OTHER_UNIT = image('two serial number');
const OTHER = image('another product');
let nowMs = 0;
beforeEach(() => {
  nowMs = 0;
});

/** Boards one after the other: the next one leaves when this one is no longer watched. */
function learn(book: FirmwareBook, one: FirmwareImage, isSeen: boolean): void {
  const fromMs = nowMs;
  nowMs += 1_500;
  book.learn(one, isSeen, { fromMs, toMs: nowMs });
}

const { reappearMs, firmwareMs, knownFirmwareMs } = PHASE_LIMITS;

test('a firmware that nobody knows is waited for a while, one that shows itself for long, one that does not hardly at all', () => {
  const book = new FirmwareBook();
  expect(book.waitMs(ONE, PHASE_LIMITS)).toBe(firmwareMs);
  learn(book, ONE, false);
  expect(book.waitMs(ONE, PHASE_LIMITS)).toBe(reappearMs);
  learn(book, ONE, true);
  expect(book.waitMs(ONE, PHASE_LIMITS)).toBe(knownFirmwareMs);
  expect(book.waitMs(OTHER_UNIT, PHASE_LIMITS)).toBe(knownFirmwareMs);
  expect(book.waitMs(OTHER, PHASE_LIMITS)).toBe(firmwareMs);
});

test('a board that was pulled does not teach that its firmware shows nothing, when that of others did', () => {
  const book = new FirmwareBook();
  learn(book, ONE, true);
  learn(book, ONE, false);
  expect(book.waitMs(ONE, PHASE_LIMITS)).toBe(knownFirmwareMs);
});

test('boards that were lifted together in their panel teach no more than one that was pulled', () => {
  const book = new FirmwareBook();
  learn(book, ONE, true);
  for (let slot = 0; slot < 8; slot++) book.learn(ONE, false, { fromMs: 2_000 + slot, toMs: 12_000 + slot });
  expect(book.waitMs(ONE, PHASE_LIMITS)).toBe(knownFirmwareMs);
  for (const fromMs of [20_000, 40_000]) book.learn(ONE, false, { fromMs, toMs: fromMs + 10_000 });
  expect(book.waitMs(ONE, PHASE_LIMITS)).toBe(firmwareMs);
});

test('a stray device that came up once makes few boards wait whose firmware shows nothing', () => {
  const book = new FirmwareBook();
  learn(book, ONE, true);
  const waitsMs = Array.from({ length: 6 }, () => {
    const waitMs = book.waitMs(ONE, PHASE_LIMITS);
    learn(book, ONE, false);
    return waitMs;
  });
  const known = knownFirmwareMs;
  expect(waitsMs).toEqual([known, known, known, firmwareMs, reappearMs, reappearMs]);
});

test('whatever boards show: firmware is waited for long exactly when one of the last three did', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }), (seen) => {
      const book = new FirmwareBook();
      for (const isSeen of seen) learn(book, ONE, isSeen);
      expect(book.waitMs(ONE, PHASE_LIMITS) === knownFirmwareMs).toBe(seen.slice(-3).includes(true));
    }),
  );
});

test('it forgets what it has not seen for long', () => {
  const book = new FirmwareBook();
  learn(book, ONE, true);
  for (let size = 1; size <= 64; size++) learn(book, image('x'.repeat(100 + size)), true);
  expect(book.waitMs(ONE, PHASE_LIMITS)).toBe(firmwareMs);
});
