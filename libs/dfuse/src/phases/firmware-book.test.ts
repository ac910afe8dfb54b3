import { readImage } from '@flashline/firmware';
import { expect, test } from 'vitest';
import { FirmwareBook } from './firmware-book.ts';
import { PHASE_LIMITS } from './limits.ts';

const image = (text: string) => readImage(Buffer.from(text), { name: 'x.bin', loadAddress: 0x0800_0000 });
const ONE = image('one serial number');
const OTHER_UNIT = image('two serial number');
const OTHER = image('another product');
const { reappearMs, firmwareMs, knownFirmwareMs } = PHASE_LIMITS;

test('a firmware that nobody knows is waited for a while, one that shows itself for long, one that does not hardly at all', () => {
  const book = new FirmwareBook();
  expect(book.waitMs(ONE, PHASE_LIMITS)).toBe(firmwareMs);
  book.learn(ONE, false);
  expect(book.waitMs(ONE, PHASE_LIMITS)).toBe(reappearMs);
  book.learn(ONE, true);
  expect(book.waitMs(ONE, PHASE_LIMITS)).toBe(knownFirmwareMs);
  expect(book.waitMs(OTHER_UNIT, PHASE_LIMITS)).toBe(knownFirmwareMs);
  expect(book.waitMs(OTHER, PHASE_LIMITS)).toBe(firmwareMs);
});

test('a board that was pulled does not teach that its firmware shows nothing, when that of others did', () => {
  const book = new FirmwareBook();
  book.learn(ONE, true);
  book.learn(ONE, false);
  expect(book.waitMs(ONE, PHASE_LIMITS)).toBe(knownFirmwareMs);
});

test('it forgets what it has not seen for long', () => {
  const book = new FirmwareBook();
  book.learn(ONE, true);
  for (let size = 1; size <= 64; size++) book.learn(image('x'.repeat(100 + size)), true);
  expect(book.waitMs(ONE, PHASE_LIMITS)).toBe(firmwareMs);
});
