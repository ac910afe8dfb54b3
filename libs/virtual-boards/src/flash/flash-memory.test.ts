import { createHash } from 'node:crypto';
import { Fault } from '@flashline/contracts';
import { describe, expect, test } from 'vitest';
import type { PartSpec } from '../chip/part.ts';
import { F303 } from '../chip/parts/f0-f1-f3.ts';
import { F405 } from '../chip/parts/f4-f7.ts';
import { L072 } from '../chip/parts/low-power.ts';
import { contentsOf } from './contents.ts';
import { type Defects, FlashMemory } from './flash-memory.ts';

const FLASH = 0x0800_0000;
const SOUND: Defects = { deaf: [], uneraseable: [], writeProtected: [] };

function memoryOf(part: PartSpec, defects = SOUND, contents: 'blank' | 'used' = 'blank', seed = 1): FlashMemory {
  return new FlashMemory(part, contentsOf(part, contents, seed), defects);
}

function eraseAt(memory: FlashMemory, address: number): void {
  const sector = memory.sectorAt(address);
  if (!sector) throw new Error('no sector');
  memory.erase(sector);
}

describe('programming', () => {
  test('only clears bits where an erase leaves ones', () => {
    const memory = memoryOf(F405);
    expect(memory.program(FLASH, Uint8Array.of(0xf0, 0x55)).result).toBe('done');
    expect(memory.program(FLASH, Uint8Array.of(0x3c, 0x55)).result).toBe('combined');
    expect([...memory.read(FLASH, 2)]).toEqual([0x30, 0x55]);
    eraseAt(memory, FLASH);
    expect([...memory.read(FLASH, 2)]).toEqual([0xff, 0xff]);
  });

  test('only sets bits where an erase leaves zeroes', () => {
    const memory = memoryOf(L072);
    memory.program(FLASH, Uint8Array.of(0x0f));
    expect(memory.program(FLASH, Uint8Array.of(0x30)).result).toBe('combined');
    expect([...memory.read(FLASH, 2)]).toEqual([0x3f, 0x00]);
  });

  test('is refused whole on parts that check first', () => {
    const memory = memoryOf(F303);
    memory.program(FLASH + 4, Uint8Array.of(1));
    expect(memory.program(FLASH, Uint8Array.of(9, 9, 9, 9, 9)).result).toBe('refused');
    expect([...memory.read(FLASH, 5)]).toEqual([0xff, 0xff, 0xff, 0xff, 1]);
  });

  test('crosses sectors', () => {
    const memory = memoryOf(F405);
    const data = Uint8Array.from({ length: 2048 }, (_, n) => n & 0xff);
    memory.program(FLASH + 0x4000 - 1000, data);
    expect(memory.read(FLASH + 0x4000 - 1000, 2048)).toEqual(data);
  });
});

describe('erasing', () => {
  test('empties one sector and no other', () => {
    const memory = memoryOf(F405, SOUND, 'used');
    const neighbours = [memory.digest(FLASH, 0x4000), memory.digest(FLASH + 0x8000, 0x4000)];
    eraseAt(memory, FLASH + 0x4000 + 77);
    expect(memory.read(FLASH + 0x4000, 0x4000).every((byte) => byte === 0xff)).toBe(true);
    expect([memory.digest(FLASH, 0x4000), memory.digest(FLASH + 0x8000, 0x4000)]).toEqual(neighbours);
  });
});

describe('defects', () => {
  test('a deaf stretch keeps what it held while its neighbours are programmed', () => {
    const memory = memoryOf(F405, { ...SOUND, deaf: [{ address: FLASH + 2, length: 2 }] });
    expect(memory.program(FLASH, Uint8Array.of(1, 2, 3, 4, 5)).result).toBe('done');
    expect([...memory.read(FLASH, 5)]).toEqual([1, 2, 0xff, 0xff, 5]);
  });

  test('an uneraseable stretch keeps its whole sector', () => {
    const memory = memoryOf(F405, { ...SOUND, uneraseable: [{ address: FLASH + 0x3fff, length: 1 }] }, 'used');
    const before = memory.digest(FLASH, 0x4000);
    eraseAt(memory, FLASH);
    eraseAt(memory, FLASH + 0x4000);
    expect(memory.digest(FLASH, 0x4000)).toBe(before);
    expect(memory.read(FLASH + 0x4000, 1)[0]).toBe(0xff);
  });
});

describe('looking at it', () => {
  test('a digest is the SHA-256 of the bytes', () => {
    const memory = memoryOf(F405);
    memory.program(FLASH, Uint8Array.of(1, 2, 3));
    expect(memory.digest(FLASH, 3)).toBe(
      createHash('sha256')
        .update(Uint8Array.of(1, 2, 3))
        .digest('hex'),
    );
  });

  test('outside the map there is nothing to see', () => {
    for (const [address, length] of [
      [0, 1],
      [FLASH - 1, 1],
      [FLASH + 1024 * 1024 - 1, 2],
      [FLASH, -1],
    ] as const)
      expect(() => memoryOf(F405).read(address, length)).toThrow(Fault);
  });

  test('wear counts every erase and write by its address', () => {
    const memory = memoryOf(F405);
    eraseAt(memory, FLASH);
    for (let n = 0; n < 3; n++) memory.program(FLASH + 2048, Uint8Array.of(0));
    expect(memory.wear()).toEqual([
      { did: 'erase', address: FLASH, bytes: 0x4000, count: 1 },
      { did: 'write', address: FLASH + 2048, bytes: 1, count: 3 },
    ]);
  });
});

describe('a used board', () => {
  test('holds something in every sector, the same for the same seed', () => {
    const [one, same, other] = [1, 1, 2].map((seed) => memoryOf(F405, SOUND, 'used', seed));
    for (const { address, bytes, erasable } of one?.sectors ?? []) {
      if (!erasable) continue;
      expect(one?.read(address, bytes).some((byte) => byte !== 0xff)).toBe(true);
      expect(one?.digest(address, bytes)).toBe(same?.digest(address, bytes));
      expect(one?.digest(address, bytes)).not.toBe(other?.digest(address, bytes));
    }
  });
});
