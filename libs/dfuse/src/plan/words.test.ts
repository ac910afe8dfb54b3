import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesAt } from '../testing/made-image.ts';
import { madePart } from '../testing/made-part.ts';
import { inWords } from './words.ts';

const H7 = madePart({ wordBytes: 32 });
const at = (address: number, ...data: number[]) => ({ address, data: Uint8Array.from(data) });

describe('ranges in whole flash words', () => {
  test.each([
    ['a part that nobody knows', null],
    ['a part that takes single bytes', madePart()],
  ])('are what they were on %s', (_what, part) => {
    expect(inWords([at(0x1001, 1, 2), at(0x1010, 3)], part)).toEqual([at(0x1001, 1, 2), at(0x1010, 3)]);
  });

  test('are widened at both ends with what an erase leaves', () => {
    const [word, ...more] = inWords([at(0x1021, 5, 6)], H7);
    expect(more).toEqual([]);
    expect(word).toEqual(at(0x1020, 0xff, 5, 6, ...Array<number>(29).fill(0xff)));
    expect(inWords([at(3, 9)], madePart({ wordBytes: 4, erasedByte: 0x00 }))).toEqual([at(0, 0, 0, 0, 9)]);
  });

  test('are one where two share a word, or where one begins where another ends', () => {
    expect(inWords([bytesAt(0x1000, 3), bytesAt(0x101f, 1)], H7).map(({ data }) => data.length)).toEqual([32]);
    expect(inWords([bytesAt(0x1000, 32), bytesAt(0x1020, 32)], H7).map(({ data }) => data.length)).toEqual([64]);
    expect(inWords([bytesAt(0x1000, 32), bytesAt(0x1040, 32)], H7)).toHaveLength(2);
  });

  test('hold of two that overlap what was given last', () => {
    expect(inWords([at(0x1000, 1, 1, 1), at(0x1001, 2)], null)).toEqual([at(0x1000, 1, 2, 1)]);
    expect(inWords([at(0x1001, 2), at(0x1000, 1, 1, 1)], null)).toEqual([at(0x1000, 1, 1, 1)]);
  });
});

test('any ranges are the same bytes in words that begin and end where words do, each once', () => {
  const ranges = fc.array(fc.tuple(fc.nat(300), fc.integer({ min: 1, max: 90 })), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(ranges, fc.constantFrom(1, 2, 4, 8, 32), (all, wordBytes) => {
      const given = all.map(([address, length], n) => bytesAt(address, length, n));
      const meant = new Map(given.flatMap(({ address, data }) => Array.from(data, (byte, i) => [address + i, byte])));
      const words = inWords(given, madePart({ wordBytes }));
      const held = new Map(words.flatMap(({ address, data }) => Array.from(data, (byte, i) => [address + i, byte])));
      for (const { address, data } of words) expect([address % wordBytes, data.length % wordBytes]).toEqual([0, 0]);
      expect(held.size).toBe(words.reduce((sum, { data }) => sum + data.length, 0));
      for (const [place, byte] of held) expect(byte).toBe(meant.get(place) ?? 0xff);
      for (const place of meant.keys()) expect(held.has(place)).toBe(true);
      for (const [n, { address }] of words.slice(1).entries()) {
        const before = words[n];
        expect(address).toBeGreaterThan((before?.address ?? 0) + (before?.data.length ?? 0));
      }
    }),
  );
});
