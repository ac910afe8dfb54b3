import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FIRST_BLOCK, Runs } from './runs.ts';

const STRIDE = 2048;
const START = 0x0800_0000;

/** A run whose first block is full. */
function begun(direction: 'read' | 'write', { mayJump = true, strideBytes = STRIDE } = {}): Runs {
  const runs = new Runs(strideBytes, mayJump);
  runs.begin(direction, START, strideBytes);
  return runs;
}

describe('the blocks of a run', () => {
  test('begin at 2 and are counted on, stride after stride', () => {
    const runs = new Runs(STRIDE, true);
    expect(runs.begin('write', START, STRIDE)).toBe(FIRST_BLOCK);
    expect([1, 2, 3].map((n) => runs.next('write', START + n * STRIDE, STRIDE))).toEqual([3, 4, 5]);
    expect(FIRST_BLOCK).toBe(2);
  });

  test.each(['read', 'write'] as const)('need a SET_ADDRESS before the first %s', (direction) => {
    expect(new Runs(STRIDE, true).next(direction, START, STRIDE)).toBeNull();
  });

  test('need one when reading follows writing, and the other way round', () => {
    expect(begun('write').next('read', START + STRIDE, STRIDE)).toBeNull();
    expect(begun('read').next('write', START + STRIDE, STRIDE)).toBeNull();
  });

  test('need one after something that may have moved the pointer', () => {
    const runs = begun('write');
    runs.forget();
    expect(runs.next('write', START + STRIDE, STRIDE)).toBeNull();
  });

  test.each([START + STRIDE - 1, START + STRIDE + 1, START + STRIDE / 2])(
    'are never at a place that is no whole stride away (%i)',
    (address) => {
      expect(begun('read').next('read', address, STRIDE)).toBeNull();
      expect(begun('write').next('write', address, STRIDE)).toBeNull();
    },
  );

  test('may be read out of turn where that is known to work, also back, but not before the run begins', () => {
    const runs = begun('read');
    expect(runs.next('read', START + 9 * STRIDE, STRIDE)).toBe(11);
    expect(runs.next('read', START + STRIDE, STRIDE)).toBe(3);
    expect(runs.next('read', START, STRIDE)).toBe(2);
    expect(runs.next('read', START - STRIDE, STRIDE)).toBeNull();
  });

  test('are read in turn where nobody knows', () => {
    const runs = begun('read', { mayJump: false });
    expect(runs.next('read', START + STRIDE, STRIDE)).toBe(3);
    expect(runs.next('read', START + 3 * STRIDE, STRIDE)).toBeNull();
    expect(runs.next('read', START + STRIDE, STRIDE)).toBeNull();
  });

  test('are never written out of turn, whatever is known', () => {
    expect(begun('write').next('write', START + 2 * STRIDE, STRIDE)).toBeNull();
    expect(begun('write').next('write', START, STRIDE)).toBeNull();
  });

  test.each(['read', 'write'] as const)('end with a short %s where nobody knows what a short one does', (direction) => {
    const runs = begun(direction, { mayJump: false });
    expect(runs.next(direction, START + STRIDE, 100)).toBe(3);
    expect(runs.next(direction, START + 2 * STRIDE, STRIDE)).toBeNull();
    runs.begin(direction, START, 100);
    expect(runs.next(direction, START + STRIDE, STRIDE)).toBeNull();
  });

  test('go on after a short one where addresses are known to be computed', () => {
    const runs = begun('read');
    expect(runs.next('read', START + STRIDE, 100)).toBe(3);
    expect(runs.next('read', START + 2 * STRIDE, STRIDE)).toBe(4);
  });

  test('end at 65535, the last that wBlockNum can say', () => {
    const last = START + (0xffff - FIRST_BLOCK) * 8;
    expect(begun('read', { strideBytes: 8 }).next('read', last, 8)).toBe(0xffff);
    expect(begun('read', { strideBytes: 8 }).next('read', last + 8, 8)).toBeNull();
  });
});

test('whatever is asked, devices that compute from a block number and those that count bytes find the same place', () => {
  const asks = fc.array(
    fc.record({
      direction: fc.constantFrom('read' as const, 'write' as const),
      step: fc.constantFrom(1, 1, 1, 0, 2, -1, -3),
      odd: fc.constantFrom(0, 0, 0, 0, 1),
      isShort: fc.constantFrom(false, false, false, true),
      forgets: fc.constantFrom(false, false, false, false, true),
    }),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(asks, fc.integer({ min: 8, max: 4096 }), fc.boolean(), (all, strideBytes, mayJump) => {
      const runs = new Runs(strideBytes, mayJump);
      let device = { pointer: Number.NaN, direction: 'read', counted: Number.NaN, isTold: false };
      let address = START;
      for (const { direction, step, odd, isShort, forgets } of all) {
        if (forgets) runs.forget();
        address = Math.max(0, address + step * strideBytes + odd);
        const bytes = isShort ? strideBytes - 1 : strideBytes;
        const next = runs.next(direction, address, bytes);
        if (next === null) device = { pointer: address, direction, counted: address, isTold: true };
        else expect([forgets, direction]).toEqual([false, device.direction]);
        const block = next ?? runs.begin(direction, address, bytes);
        expect(device.pointer + (block - 2) * strideBytes).toBe(address);
        if (!mayJump) expect(device.counted).toBe(address);
        device.counted += bytes;
      }
    }),
  );
});
