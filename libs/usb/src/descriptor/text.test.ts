import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringDescriptor } from '../testing/fake-usb.ts';
import { parseString } from './text.ts';

test('a string descriptor gives its text', () => {
  expect(parseString(stringDescriptor('@Internal Flash  /0x08000000/04*016Kg'))).toBe(
    '@Internal Flash  /0x08000000/04*016Kg',
  );
});

test('a descriptor that names more bytes than it has gives what is there, as the F427 ROM needs', () => {
  const bytes = stringDescriptor('STM32');
  bytes[0] = 200;
  expect(parseString(bytes)).toBe('STM32');
});

test('bytes behind the named length and behind a NUL are not text', () => {
  expect(parseString(Buffer.concat([stringDescriptor('AB'), Buffer.from('CD', 'utf16le')]))).toBe('AB');
  expect(parseString(stringDescriptor('AB\0CD'))).toBe('AB');
});

test('control characters and broken surrogates are left out', () => {
  expect(parseString(stringDescriptor('a\u001b[2Jb\ud800c\r\n'))).toBe('a[2Jbc');
});

test('something else than a string descriptor is null', () => {
  expect(parseString(new Uint8Array())).toBeNull();
  expect(parseString(Uint8Array.of(4, 2, 0x41, 0))).toBeNull();
});

test('no answer of a board throws, or gives more than 126 characters or a control character', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const text = parseString(Uint8Array.of(bytes[0] ?? 0, 3, ...bytes)) ?? '';
      expect(text.length).toBeLessThanOrEqual(126);
      expect(text).not.toMatch(/\p{Cc}/u);
    }),
  );
});
