import { expect, test } from 'vitest';
import { hexDump } from './hex-dump.ts';

test('a line is the address, 16 bytes in hex, and as text', () => {
  const data = Buffer.from('flashline: 0-9\u0000\u00ff~\u007f', 'latin1');
  expect(hexDump({ address: 0x0800_0000, data })).toEqual([
    '0x08000000  66 6c 61 73 68 6c 69 6e 65 3a 20 30 2d 39 00 ff  flashline: 0-9..',
    '0x08000010  7e 7f                                            ~.',
  ]);
});

test('lines that repeat are one star, and the last line is always there', () => {
  const address = 0x1fff_7800;
  const lines = hexDump({ address, data: new Uint8Array(16 * 6).fill(0xff) });
  expect(lines).toHaveLength(3);
  expect(lines[1]).toBe('*');
  expect(lines[2]?.startsWith('0x1fff7850  ff')).toBe(true);
});

test('nothing is no line', () => {
  expect(hexDump({ address: 0, data: new Uint8Array(0) })).toEqual([]);
});
