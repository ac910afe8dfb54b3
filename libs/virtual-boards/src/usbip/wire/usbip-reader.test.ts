import { Fault } from '@flashline/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { operation } from '../testing/usbip-host.ts';
import { type Said, UsbipReader } from './usbip-reader.ts';

/** Everything a client of one import says: a control transfer in, a bulk transfer out with three bytes, an unlink. */
const SESSION = Buffer.concat([
  operation(0x8003, '1-2.3'),
  urb([1, 5, 0x0001_0002, 1, 0, 1, 18, 0, 0, 0], [0x80, 6, 0, 1, 0, 0, 18, 0]),
  urb([1, 6, 0x0001_0002, 0, 1, 0, 3, 0, 0xffff_ffff, 0], []),
  Buffer.from('abc'),
  urb([2, 7, 0x0001_0002, 0, 0, 5], []),
]);
const SAID: readonly Said[] = [
  { is: 'import', busid: '1-2.3' },
  {
    is: 'transfer',
    submit: {
      ...{ is: 'submit', sequence: 5, direction: 'in', endpoint: 0, length: 18, isShortOk: false },
      setup: Uint8Array.of(0x80, 6, 0, 1, 0, 0, 18, 0),
    },
    data: new Uint8Array(0),
  },
  {
    is: 'transfer',
    submit: {
      ...{ is: 'submit', sequence: 6, direction: 'out', endpoint: 1, length: 3, isShortOk: true },
      setup: new Uint8Array(8),
    },
    data: Uint8Array.from(Buffer.from('abc')),
  },
  { is: 'unlink', sequence: 7, target: 5 },
];

function urb(words: readonly number[], setup: readonly number[]): Buffer {
  const bytes = Buffer.alloc(48);
  for (const [n, word] of words.entries()) bytes.writeUInt32BE(word, 4 * n);
  bytes.set(setup, 40);
  return bytes;
}

describe('what a client says', () => {
  test('is the same however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (sizes) => {
        const reader = new UsbipReader();
        const said: Said[] = [];
        for (let at = 0, n = 0; at < SESSION.length; n++) {
          const size = sizes[n % sizes.length] ?? 1;
          said.push(...reader.push(SESSION.subarray(at, at + size)));
          at += size;
        }
        expect(said).toEqual(SAID);
      }),
    );
  });

  test('may be the question for the list, as often as it likes', () => {
    const said = [...new UsbipReader().push(Buffer.concat([operation(0x8005), operation(0x8005)]))];
    expect(said).toEqual([{ is: 'list' }, { is: 'list' }]);
  });

  test('has a busid of 32 bytes at most, with or without an end', () => {
    const question = operation(0x8003, 'x'.repeat(32));
    expect([...new UsbipReader().push(question)]).toEqual([{ is: 'import', busid: 'x'.repeat(32) }]);
  });

  test('of any bytes is read or refused with USB_HOST, never anything else', () => {
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.concat([operation(0x8003, '1-1'), bytes])),
      fc.array(fc.integer({ min: 0, max: 0xffff_ffff }), { maxLength: 12 }).map((words) => urb(words, [])),
    );
    fc.assert(
      fc.property(hostile, (bytes) => {
        try {
          for (const said of new UsbipReader().push(Buffer.from(bytes)))
            if (said.is === 'transfer') expect(said.data.length).toBeLessThanOrEqual(65_536);
        } catch (error) {
          expect(error).toBeInstanceOf(Fault);
          expect(error).toMatchObject({ code: 'USB_HOST' });
        }
      }),
      { numRuns: 1000 },
    );
  });
});
