import { describe, expect, test } from 'vitest';
import { bytesAt } from '../testing/made-image.ts';
import { covers, type Holder, rightOne } from './rescue.ts';

const OWN = bytesAt(0x1000, 32, 1);
const OTHER = bytesAt(0x1000, 32, 2);
const filled = (byte: number) => ({ address: 0x1000, data: new Uint8Array(32).fill(byte) });
const half = (rest: number) => ({ address: 0x1000, data: OWN.data.slice().fill(rest, 16) });

const holder = (differs: Partial<Holder> = {}): Holder => ({
  hasOwnSerial: true,
  isBelieved: false,
  erasedByte: 0xff,
  ...differs,
});
const shared = holder({ hasOwnSerial: false });
const elsewhere = expect.objectContaining({ code: 'PRESERVED_ELSEWHERE' }) as Error;

describe('what a board is to hold', () => {
  test.each([holder(), shared])('is what it holds when nothing was rescued', (one) => {
    expect(rightOne(OWN, [], one)).toBe(OWN);
    expect(rightOne(filled(0xff), [], one)).toEqual(filled(0xff));
    expect(rightOne(OWN, [bytesAt(0x1020, 32), bytesAt(0x0fe0, 32)], one)).toBe(OWN);
  });

  test.each([holder(), shared])('is what it holds when that is what was rescued', (one) => {
    expect(rightOne(OWN, [{ ...OWN }], one)).toBe(OWN);
  });

  test.each([
    ['nothing', filled(0xff)],
    ['half of it', half(0xff)],
  ])('is what was rescued from it when it holds %s: then that was never given back as a whole', (_what, held) => {
    expect(rightOne(held, [OWN], holder())).toBe(OWN);
    expect(rightOne(held, [OWN], holder({ isBelieved: true }))).toBe(OWN);
  });

  test.each([
    ['nothing', filled(0xff)],
    ['half of it', half(0xff)],
  ])('is nobody’s guess when it holds %s and another board may have its serial', (_what, held) => {
    expect(() => rightOne(held, [OWN], shared)).toThrow(elsewhere);
  });

  test('is what it holds when that was written since, and what was rescued when an erase may have made it', () => {
    expect(rightOne(OTHER, [OWN], holder({ isBelieved: true }))).toBe(OTHER);
    expect(rightOne(OTHER, [OWN], holder())).toBe(OWN);
    expect(rightOne(OTHER, [OWN], shared)).toBe(OTHER);
  });

  test('is nobody’s guess when another range was rescued that shares bytes with it', () => {
    for (const rescued of [bytesAt(0x1000, 31), bytesAt(0x101f, 32), bytesAt(0x0fe1, 32)])
      expect(() => rightOne(OWN, [rescued], holder())).toThrow(elsewhere);
  });
});

describe('nothing', () => {
  test('is what an erase leaves on this part, and no other filling', () => {
    const zeros = holder({ erasedByte: 0x00, isBelieved: true });
    expect(rightOne(filled(0x00), [OWN], zeros)).toBe(OWN);
    expect(rightOne(filled(0xff), [OWN], zeros)).toEqual(filled(0xff));
  });

  test.each([0xff, 0x00])('may be either on a part that nobody knows (%i)', (byte) => {
    const unknown = holder({ erasedByte: null, isBelieved: true });
    expect(rightOne(filled(byte), [OWN], unknown)).toBe(OWN);
    expect(rightOne(filled(0x55), [OWN], unknown)).toEqual(filled(0x55));
  });
});

test('all that was rescued is covered when the very same ranges are preserved', () => {
  const own = { address: 0x1000, bytes: 32 };
  expect(covers([own], [])).toBe(true);
  expect(covers([{ address: 0, bytes: 1 }, own], [OWN])).toBe(true);
  expect(covers([own], [OWN, bytesAt(0x2000, 1)])).toBe(false);
  expect(covers([{ ...own, bytes: 33 }], [OWN])).toBe(false);
  expect(covers([], [OWN])).toBe(false);
});
