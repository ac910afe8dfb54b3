import { Fault } from '@flashline/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseApplicationSpec } from '../application/application-spec.ts';
import { misbehave } from '../bench/shift-fault.ts';
import { parseBoardSpec } from './board-spec.ts';
import type { Misbehaviour } from './misbehaviour.ts';
import { parseMisbehaviour } from './misbehaviour-json.ts';

describe('a board description', () => {
  test('that says nothing is a blank, sound F405 in its bootloader', () => {
    expect(parseBoardSpec({})).toEqual({
      part: 'F405',
      usbSerial: null,
      contents: 'blank',
      seed: 1,
      misbehaviours: [],
      mode: 'dfu',
      application: parseApplicationSpec({}),
    });
  });

  test('survives JSON', () => {
    const whole = parseBoardSpec({ misbehaviours: [{ kind: 'timeout', at: 3, effect: true }], contents: 'used' });
    const { usbSerial: _none, ...spec } = whole;
    expect(parseBoardSpec(JSON.parse(JSON.stringify(spec)))).toEqual(whole);
  });

  test('may hold every kind of misbehaviour, word for word', () => {
    const misbehaviours: Misbehaviour[] = [
      { kind: 'unplug', at: 3 },
      { kind: 'unplug', at: 3, afterMs: 12.5 },
      { kind: 'stall', at: 1 },
      { kind: 'hang', at: 1 },
      { kind: 'timeout', at: 3, effect: false },
      { kind: 'short-answer', at: 4 },
      { kind: 'wrong-answer', at: 5, seed: 77 },
      { kind: 'found-in', state: 'dfuDNLOAD-SYNC' },
      { kind: 'bit-flip', address: 1, bit: 7 },
      { kind: 'silent-write-loss', address: 1, length: 1 },
      { kind: 'silent-erase-failure', address: 1, length: 1 },
      { kind: 'write-protected', address: 0x0800_0000, length: 2048 },
      { kind: 'read-protected' },
      { kind: 'equal-serial', usbSerial: 'X' },
      { kind: 'refuses-to-leave' },
      { kind: 'slow', factor: 2 },
    ];
    expect(parseBoardSpec({ misbehaviours }).misbehaviours).toEqual(misbehaviours);
    expect(parseMisbehaviour({ kind: 'wrong-answer', at: 5 }, 'one')).toEqual({ kind: 'wrong-answer', at: 5, seed: 1 });
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
    [{ misbehaviours: [{ kind: 'unplug', at: 1, afterMs: -1 }] }, 'board.misbehaviours[0].afterMs'],
    [{ misbehaviours: [{ kind: 'short-answer', at: 0 }] }, 'board.misbehaviours[0].at'],
    [{ misbehaviours: [{ kind: 'wrong-answer', at: 1, seed: 0.5 }] }, 'board.misbehaviours[0].seed'],
    [{ misbehaviours: [{ kind: 'found-in', state: 'dfuMANIFEST' }] }, 'board.misbehaviours[0].state'],
    [{ misbehaviours: [{ kind: 'write-protected', address: 0, length: 0 }] }, 'board.misbehaviours[0].length'],
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
