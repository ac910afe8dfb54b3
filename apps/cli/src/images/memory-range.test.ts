import { InvalidArgumentError } from 'commander';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePatch, parseRange } from './memory-range.ts';

describe('a range', () => {
  test.each([
    ['0x08000000+16', { address: 0x0800_0000, bytes: 16 }],
    ['0x08000000+16K', { address: 0x0800_0000, bytes: 16_384 }],
    ['0x08000000+0x10k', { address: 0x0800_0000, bytes: 16_384 }],
    ['0x08000000-0x08003FFF', { address: 0x0800_0000, bytes: 16_384 }],
    ['134217728+1', { address: 0x0800_0000, bytes: 1 }],
    ['0x0+0x1', { address: 0, bytes: 1 }],
    ['0xffffffff-0xffffffff', { address: 0xffff_ffff, bytes: 1 }],
  ])('%s', (text, range) => {
    expect(parseRange(text)).toEqual(range);
  });

  test.each([
    '',
    '0x08000000',
    '0x08000000+0',
    '0x08000000-0x07ffffff',
    '0xffffffff+2',
    '0x100000000+1',
    '+16',
    '0x08000000+16M',
    '0x08000000 + 16',
    '-1+16',
    '0x08000000+1.5',
  ])('%j is none', (text) => {
    expect(() => parseRange(text)).toThrow(InvalidArgumentError);
  });

  test('its last address is in it, however it is written', () => {
    fc.assert(
      fc.property(fc.nat(0xffff_fffe), fc.nat(0xffff), (address, more) => {
        const last = Math.min(0xffff_ffff, address + more);
        const byLast = parseRange(`${address}-0x${last.toString(16)}`);
        expect(byLast).toEqual(parseRange(`0x${address.toString(16)}+${last - address + 1}`));
      }),
    );
  });

  test('any other text is refused as such', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          const { address, bytes } = parseRange(text);
          expect(bytes).toBeGreaterThan(0);
          expect(address + bytes).toBeLessThanOrEqual(2 ** 32);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(InvalidArgumentError);
        }
      }),
    );
  });
});

describe('a patch', () => {
  test('is an address and bytes in hex', () => {
    expect(parsePatch('0x0801FFF0=534E3031')).toEqual({ address: 0x0801_fff0, data: '534E3031' });
  });

  test.each(['0x0801fff0', '0x0801fff0=', '0x0801fff0=5', '0x0801fff0=xy', '=53', `0x0=${'00'.repeat(4097)}`])(
    '%.20s is none',
    (text) => {
      expect(() => parsePatch(text)).toThrow(InvalidArgumentError);
    },
  );
});
