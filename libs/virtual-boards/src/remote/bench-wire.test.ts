import { Fault } from '@flashline/contracts';
import { TransferError, type TransferTrouble } from '@flashline/dfuse';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  controlOf,
  controlPayload,
  FRAME_BYTES_MAX,
  FrameCutter,
  frame,
  jsonFrame,
  packError,
  SAY,
  unpackError,
} from './bench-wire.ts';

describe('frames', () => {
  test('come out as they went in, however the stream is cut', () => {
    const anyFrame = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.nat(0xffff_ffff), fc.uint8Array({ maxLength: 300 }));
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 8 }), fc.integer({ min: 1, max: 64 }), (frames, chunkBytes) => {
        const stream = Buffer.concat(frames.map(([kind, id, payload]) => frame(kind, id, payload)));
        const cutter = new FrameCutter();
        const heard: [number, number, Uint8Array][] = [];
        for (let at = 0; at < stream.length; at += chunkBytes)
          for (const { kind, id, payload } of cutter.push(stream.subarray(at, at + chunkBytes)))
            heard.push([kind, id, Uint8Array.from(payload)]);
        expect(heard).toEqual(frames);
      }),
    );
  });

  test.each([0, 4, FRAME_BYTES_MAX + 1, 0xffff_ffff])('of %d bytes are none', (length) => {
    const head = Buffer.alloc(4);
    head.writeUInt32LE(length);
    expect(() => [...new FrameCutter().push(head)]).toThrow(Fault);
  });

  test('of any bytes are cut or refused with a fault', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          for (const { payload } of new FrameCutter().push(Buffer.from(bytes))) {
            controlOf(payload);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(Fault);
        }
      }),
    );
  });
});

test.each([null, 0, 1.234, 60_000])('a control transfer keeps every field, with a host time of %s ms', (hostMs) => {
  const data = Buffer.from([1, 2, 3]);
  const ask = { handle: 7, request: 1, value: 0xfffe, length: 2048, timeoutMs: 40_000, hostMs, data };
  expect(controlOf(controlPayload(ask))).toEqual(ask);
});

describe('an error on the other side', () => {
  const across = (error: unknown) => unpackError(jsonFrame(SAY.failed, 1, packError(error)).subarray(9));

  test.each<TransferTrouble>(['stall', 'timeout', 'gone', 'protocol', 'host'])(
    'is the same TransferError: %s',
    (trouble) => {
      const error = across(new TransferError(trouble, 'why'));
      expect(error).toBeInstanceOf(TransferError);
      expect(error).toMatchObject({ trouble, message: 'why' });
    },
  );

  test('is the same Fault with its details', () => {
    const error = across(new Fault('USB_BUSY', { path: '1-1.1', tries: 3 }));
    expect(error).toBeInstanceOf(Fault);
    expect(error).toMatchObject({ code: 'USB_BUSY', details: { path: '1-1.1', tries: 3 } });
  });

  test('of any other kind is USB_HOST with its text', () => {
    expect(across(new TypeError('oops'))).toMatchObject({ code: 'USB_HOST', details: { reason: 'oops' } });
    expect(unpackError(Buffer.from('{}'))).toMatchObject({ code: 'USB_HOST' });
  });
});
