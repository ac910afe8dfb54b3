import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PartSpec } from '../chip/part.ts';
import { F405 } from '../chip/parts/f4-f7.ts';
import { H743 } from '../chip/parts/h7.ts';
import { L072 } from '../chip/parts/low-power.ts';
import { seededRandom } from '../random.ts';
import { SOUND } from '../testing/rom-rig.ts';
import { contentsOf } from './contents.ts';
import { type Change, FlashMemory } from './flash-memory.ts';

const FLASH = 0x0800_0000;

function usedMemory(part: PartSpec): FlashMemory {
  return new FlashMemory(part, contentsOf(part, 'used', 1), SOUND);
}

/** Erases these sectors of flash. */
function erase(memory: FlashMemory, ...numbers: readonly number[]): Change[] {
  const flash = memory.sectors.filter(({ erasable }) => erasable);
  return numbers
    .map((number) => flash[number])
    .map((sector) => (sector ? memory.erase(sector) : null))
    .filter((change) => change !== null);
}

const weakAt = (memory: FlashMemory) => memory.weak().map(({ address }) => address);

/** What half an erase of the first sector makes of it, to the eye. */
function looksAfterCut(part: PartSpec, seed: number): 'blank' | 'partly' | 'noise' {
  const memory = usedMemory(part);
  const { bytes = 0 } = memory.sectors[0] ?? {};
  const before = memory.read(FLASH, bytes);
  memory.tear(erase(memory, 0), 0.5, seededRandom(seed));
  const after = memory.read(FLASH, bytes);
  expect(weakAt(memory)).toEqual([FLASH]);
  const towards = (byte: number, held: number) => (part.erasedByte === 0xff ? byte | held : byte & held);
  expect(
    after.map((byte, n) => towards(byte, before[n] ?? 0)),
    'no bit moves away from what an erase leaves',
  ).toEqual(after);
  if (after.every((byte) => byte === part.erasedByte)) return 'blank';
  return after.filter((byte, n) => byte === before[n]).length > 0.45 * bytes ? 'partly' : 'noise';
}

describe('an erase that is cut off', () => {
  test.each([F405, L072])('of a $name leaves old bytes, noise or what looks blank, and always weak', (part) => {
    const seen = new Set(Array.from({ length: 40 }, (_, seed) => looksAfterCut(part, seed)));
    expect(seen).toEqual(new Set(['blank', 'partly', 'noise']));
  });

  test('is the same again for the same seed', () => {
    const torn = [1, 1, 2].map((seed) => {
      const memory = usedMemory(F405);
      memory.tear(erase(memory, 0), 0.3, seededRandom(seed));
      return memory.digest(FLASH, 0x4000);
    });
    expect(torn[0]).toBe(torn[1]);
    expect(torn[0]).not.toBe(torn[2]);
  });

  test('leaves one sector of many weak: those before it are erased, those behind it as they were', () => {
    const memory = usedMemory(F405);
    const last = memory.digest(FLASH + 0xc000, 0x4000);
    memory.tear(erase(memory, 0, 1, 2, 3), 0.6, seededRandom(1));
    expect(memory.read(FLASH, 0x8000).every((byte) => byte === 0xff)).toBe(true);
    expect(weakAt(memory)).toEqual([FLASH + 0x8000]);
    expect(memory.digest(FLASH + 0xc000, 0x4000)).toBe(last);
  });

  test('before it began leaves everything as it was, at its end everything erased', () => {
    const untouched = usedMemory(F405);
    const before = untouched.digest(FLASH, 0x4000);
    untouched.tear(erase(untouched, 0), 0, seededRandom(1));
    expect([untouched.digest(FLASH, 0x4000), untouched.weak()]).toEqual([before, []]);
    const done = usedMemory(F405);
    done.tear(erase(done, 0), 1, seededRandom(1));
    expect([done.read(FLASH, 0x4000).every((byte) => byte === 0xff), done.weak()]).toEqual([true, []]);
  });

  test('is made up for by a whole erase and by nothing else', () => {
    const memory = usedMemory(F405);
    memory.tear(erase(memory, 0), 0.5, seededRandom(1));
    memory.program(FLASH, Uint8Array.of(0));
    expect([memory.isWeak(FLASH, 1), memory.isWeak(FLASH + 0x4000, 1), memory.isWeak(FLASH + 0x3fff, 2)]).toEqual([
      true,
      false,
      true,
    ]);
    memory.tear(erase(memory, 0), 0, seededRandom(1));
    expect(weakAt(memory), 'an erase that did not begin').toEqual([FLASH]);
    erase(memory, 0);
    expect(memory.weak()).toEqual([]);
  });
});

describe('a write that is cut off', () => {
  test('is there up to the cut, and not at all behind it', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer(), (fraction, seed) => {
        const memory = new FlashMemory(F405, contentsOf(F405, 'blank', 1), SOUND);
        const data = new Uint8Array(2048).fill(0xa5);
        const { change } = memory.program(FLASH + 0x3c00, data);
        memory.tear(change ? [change] : [], fraction, seededRandom(seed));
        const after = memory.read(FLASH + 0x3c00, 2048);
        const cut = Math.floor(2048 * fraction);
        expect(after.subarray(0, cut)).toEqual(data.subarray(0, cut));
        expect(after.subarray(cut + 1).every((byte) => byte === 0xff)).toBe(true);
        expect((after[cut] ?? 0xa5) & 0xa5, 'bits of one byte, on their way from 0xff').toBe(0xa5);
        expect(memory.weak()).toEqual([]);
      }),
    );
  });

  test('leaves the words that it did not come to as they were, for one more try', () => {
    const memory = new FlashMemory(H743, contentsOf(H743, 'blank', 1), SOUND);
    // Bytes that look like erased ones: what has been programmed does not show.
    const { change } = memory.program(FLASH, new Uint8Array(128).fill(0xff));
    memory.tear(change ? [change] : [], 0.3, seededRandom(1));
    const word = new Uint8Array(32).fill(1);
    const results = [0, 32, 64, 96].map((offset) => memory.program(FLASH + offset, word).result);
    expect(results).toEqual(['refused', 'refused', 'done', 'done']);
  });
});
