import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mspAnswerIn, mspRequest } from './msp-frame.ts';

/** A frame from the board, as the specification has it, written without the code under test. */
function reply(command: number, payload: Uint8Array, direction = 0x3e): Uint8Array {
  let sum = payload.length ^ command;
  for (const byte of payload) sum ^= byte;
  return Uint8Array.of(0x24, 0x4d, direction, payload.length, command, ...payload, sum);
}

const anyPayload = fc.uint8Array({ maxLength: 254 });
const anyCommand = fc.integer({ min: 0, max: 255 });
/** Bytes in which no frame can begin. */
const noise = fc.array(fc.integer({ min: 0, max: 255 }).filter((byte) => byte !== 0x24));

test.each([
  [4, [], '244d3c000404'],
  [1, [], '244d3c000101'],
  [160, [], '244d3c00a0a0'],
  [68, [1], '244d3c01440144'],
  [68, [4], '244d3c01440441'],
])('the request %d %j is %s', (command, payload, hex) => {
  expect(Buffer.from(mspRequest(command, payload)).toString('hex')).toBe(hex);
});

describe('an answer', () => {
  test('is found whole in whatever stands around it, and by its command only', () => {
    fc.assert(
      fc.property(noise, anyCommand, anyPayload, fc.uint8Array(), (before, command, payload, behind) => {
        const heard = Uint8Array.of(...before, ...reply(command, payload), ...behind);
        expect(mspAnswerIn(heard, command)).toEqual({ isRefusal: false, payload });
        expect(mspAnswerIn(Uint8Array.of(...before, ...reply(command, payload)), command ^ 1)).toBeNull();
      }),
    );
  });

  test('is none before its last byte has come', () => {
    const whole = reply(4, Uint8Array.of(1, 2, 3));
    for (let length = 0; length < whole.length; length++) expect(mspAnswerIn(whole.subarray(0, length), 4)).toBeNull();
    expect(mspAnswerIn(whole, 4)).not.toBeNull();
  });

  test('is none with any one bit of it wrong', () => {
    const whole = reply(68, Uint8Array.of(1));
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const damaged = whole.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(mspAnswerIn(damaged, 68), `bit ${bit}`).toBeNull();
    }
  });

  test('may be a refusal', () => {
    expect(mspAnswerIn(reply(68, new Uint8Array(0), 0x21), 68)).toEqual({
      isRefusal: true,
      payload: new Uint8Array(0),
    });
  });

  test('of another length than it says is stepped over: the next begins inside', () => {
    const cut = Uint8Array.of(0x24, 0x4d, 0x3e, 250, 4, 1, 2);
    expect(mspAnswerIn(Uint8Array.of(...cut, ...reply(4, Uint8Array.of(9))), 4)?.payload).toEqual(Uint8Array.of(9));
  });

  test('of any bytes is one or none, never an error, and no longer than what came', () => {
    const bytes = fc.array(fc.oneof(fc.constantFrom(0x24, 0x4d, 0x3e, 0x21, 0, 4), anyCommand), { maxLength: 2000 });
    fc.assert(
      fc.property(bytes, (heard) => {
        const answer = mspAnswerIn(Uint8Array.from(heard), 4);
        expect(answer?.payload.length ?? 0).toBeLessThanOrEqual(Math.min(254, heard.length));
      }),
    );
  });
});
