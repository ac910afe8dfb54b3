import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FIRST_BLOCK, Runs } from './runs.ts';

const STRIDE = 2048;
const START = 0x0800_0000;

function begun(direction: 'read' | 'write', { mayJump = true, strideBytes = STRIDE } = {}): Runs {
  const runs = new Runs(strideBytes, mayJump);
  runs.begin(direction, START);
  return runs;
}

describe('the blocks of a run', () => {
  test('begin at 2 and are counted on, stride after stride', () => {
    const runs = new Runs(STRIDE, true);
    expect(runs.begin('write', START)).toBe(FIRST_BLOCK);
    expect([1, 2, 3].map((n) => runs.next('write', START + n * STRIDE))).toEqual([3, 4, 5]);
    expect(FIRST_BLOCK).toBe(2);
  });

  test.each(['read', 'write'] as const)('need a SET_ADDRESS before the first %s', (direction) => {
    expect(new Runs(STRIDE, true).next(direction, START)).toBeNull();
  });

  test('need one when reading follows writing, and the other way round', () => {
    expect(begun('write').next('read', START + STRIDE)).toBeNull();
    expect(begun('read').next('write', START + STRIDE)).toBeNull();
  });

  test('need one after something that may have moved the pointer', () => {
    const runs = begun('write');
    runs.forget();
    expect(runs.next('write', START + STRIDE)).toBeNull();
  });

  test.each([START + STRIDE - 1, START + STRIDE + 1, START + STRIDE / 2])(
    'are never at a place that is no whole stride away (%i)',
    (address) => {
      expect(begun('read').next('read', address)).toBeNull();
      expect(begun('write').next('write', address)).toBeNull();
    },
  );

  test('may be read out of turn where that is known to work, also back, but not before the run begins', () => {
    const runs = begun('read');
    expect(runs.next('read', START + 9 * STRIDE)).toBe(11);
    expect(runs.next('read', START + STRIDE)).toBe(3);
    expect(runs.next('read', START)).toBe(2);
    expect(runs.next('read', START - STRIDE)).toBeNull();
  });

  test('are read in turn where nobody knows', () => {
    const runs = begun('read', { mayJump: false });
    expect(runs.next('read', START + STRIDE)).toBe(3);
    expect(runs.next('read', START + 3 * STRIDE)).toBeNull();
    expect(runs.next('read', START + STRIDE)).toBeNull();
  });

  test('are never written out of turn, whatever is known', () => {
    expect(begun('write').next('write', START + 2 * STRIDE)).toBeNull();
    expect(begun('write').next('write', START)).toBeNull();
  });

  test('end at 65535, the last that wBlockNum can say', () => {
    const last = START + (0xffff - FIRST_BLOCK) * 8;
    expect(begun('read', { strideBytes: 8 }).next('read', last)).toBe(0xffff);
    expect(begun('read', { strideBytes: 8 }).next('read', last + 8)).toBeNull();
  });
});

test('whatever is asked, a block number says where its bytes are', () => {
  const asks = fc.array(
    fc.record({
      direction: fc.constantFrom('read' as const, 'write' as const),
      step: fc.integer({ min: -3, max: 3 }),
      odd: fc.constantFrom(0, 0, 0, 1),
      forgets: fc.constantFrom(false, false, false, true),
    }),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(asks, fc.integer({ min: 8, max: 4096 }), fc.boolean(), (all, strideBytes, mayJump) => {
      const runs = new Runs(strideBytes, mayJump);
      // What a device knows: the address it was given. One that only counts knows how many blocks came since.
      let device = { pointer: Number.NaN, direction: 'read', block: 0 };
      let address = START;
      for (const { direction, step, odd, forgets } of all) {
        if (forgets) runs.forget();
        address = Math.max(0, address + step * strideBytes + odd);
        const block = runs.next(direction, address);
        if (block === null) device = { pointer: address, direction, block: runs.begin(direction, address) };
        else {
          expect(forgets).toBe(false);
          expect(direction).toBe(device.direction);
          if (direction === 'write' || !mayJump) expect(block).toBe(device.block + 1);
          device = { ...device, block };
        }
        expect(device.pointer + (device.block - 2) * strideBytes).toBe(address);
      }
    }),
  );
});
