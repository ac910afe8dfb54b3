import { describe, expect, test } from 'vitest';
import { bytesAt } from '../testing/made-image.ts';
import { rightOne } from './rescue.ts';

const OWN = bytesAt(0x1000, 32, 1);
const OTHER = bytesAt(0x1000, 32, 2);
const ones = { address: 0x1000, data: new Uint8Array(32).fill(0xff) };
const zeros = { address: 0x1000, data: new Uint8Array(32).fill(0x00) };

describe('what a board gets back', () => {
  test.each([true, false])('is what it holds when nothing was rescued (own serial: %s)', (hasOwnSerial) => {
    expect(rightOne(OWN, [], hasOwnSerial)).toBe(OWN);
    expect(rightOne(ones, [], hasOwnSerial)).toBe(ones);
  });

  test('is what was rescued from it, whatever it holds, when its serial is its own', () => {
    for (const held of [ones, zeros, OTHER]) expect(rightOne(held, [OWN], true)).toBe(OWN);
  });

  test('is what it holds when another board may have its serial', () => {
    expect(rightOne(OTHER, [OWN], false)).toBe(OTHER);
    expect(rightOne(OWN, [{ ...OWN }], false)).toBe(OWN);
  });

  test.each([ones, zeros])('is nobody’s guess when it holds nothing and another board may have its serial', (held) => {
    expect(() => rightOne(held, [OWN], false)).toThrow(
      expect.objectContaining({ code: 'PRESERVED_ELSEWHERE', details: { preserve: '0x00001000', bytes: 32 } }),
    );
  });

  test.each([
    ['another place', bytesAt(0x2000, 32)],
    ['the same place and of another length', bytesAt(0x1000, 31)],
  ])('is never what was rescued from %s', (_where, rescued) => {
    expect(rightOne(ones, [rescued], true)).toBe(ones);
  });
});
