import { Fault } from '@flashline/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseBoardSpec } from './board-spec.ts';
import { misbehave } from './misbehaviour.ts';

describe('a board description', () => {
  test('that says nothing is a blank, sound F405 in its bootloader', () => {
    expect(parseBoardSpec({})).toEqual({
      part: 'F405',
      usbSerial: null,
      contents: 'blank',
      seed: 1,
      misbehaviours: [],
      mode: 'dfu',
    });
  });

  test('survives JSON', () => {
    const whole = parseBoardSpec({ misbehaviours: [{ kind: 'timeout', at: 3, effect: true }], contents: 'used' });
    const { usbSerial: _none, ...spec } = whole;
    expect(parseBoardSpec(JSON.parse(JSON.stringify(spec)))).toEqual(whole);
  });

  test('may hold any fault that a shift brings', () => {
    for (let seed = 0; seed < 100; seed++) {
      const fault = misbehave(seed, { address: 0x0800_0000, bytes: 8192 });
      expect(parseBoardSpec({ misbehaviours: [fault] }).misbehaviours).toEqual([fault]);
    }
  });

  test.each([
    [null, 'board'],
    [[], 'board'],
    ['F405', 'board'],
    [{ part: 7 }, 'board.part'],
    [{ contents: 'full' }, 'board.contents'],
    [{ seed: -1 }, 'board.seed'],
    [{ seed: 1.5 }, 'board.seed'],
    [{ colour: 'red' }, 'board.colour'],
    [{ misbehaviours: {} }, 'board.misbehaviours'],
    [{ misbehaviours: Array(33).fill({ kind: 'read-protected' }) }, 'board.misbehaviours'],
    [{ misbehaviours: [{ kind: 'explode' }] }, 'board.misbehaviours[0].kind'],
    [{ misbehaviours: [{ kind: 'unplug' }] }, 'board.misbehaviours[0].at'],
    [{ misbehaviours: [{ kind: 'timeout', at: 1 }] }, 'board.misbehaviours[0].effect'],
    [{ misbehaviours: [{ kind: 'bit-flip', address: 0, bit: 8 }] }, 'board.misbehaviours[0].bit'],
    [{ misbehaviours: [{ kind: 'slow', factor: 0 }] }, 'board.misbehaviours[0].factor'],
  ])('%j is refused, with the field %s', (value, field) => {
    expect(() => parseBoardSpec(value)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', details: expect.objectContaining({ field }) }),
    );
  });

  test('of any JSON is parsed or refused with CONFIG_INVALID, never anything else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.record({ misbehaviours: fc.array(fc.jsonValue()) })), (value) => {
        try {
          parseBoardSpec(value);
        } catch (error) {
          expect(error).toBeInstanceOf(Fault);
          expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
        }
      }),
    );
  });
});
