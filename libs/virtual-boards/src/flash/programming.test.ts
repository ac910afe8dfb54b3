import { describe, expect, test } from 'vitest';
import type { PartSpec } from '../chip/part.ts';
import { GD32VF103_0100 } from '../chip/parts/clones.ts';
import { F405 } from '../chip/parts/f4-f7.ts';
import { H743 } from '../chip/parts/h7.ts';
import { L152 } from '../chip/parts/low-power.ts';
import { G474 } from '../chip/parts/second-generation.ts';
import { SOUND } from '../testing/rom-rig.ts';
import { contentsOf } from './contents.ts';
import { type Defects, FlashMemory } from './flash-memory.ts';

const FLASH = 0x0800_0000;

function memoryOf(part: PartSpec, defects: Defects = SOUND, contents: 'blank' | 'used' = 'blank'): FlashMemory {
  return new FlashMemory(part, contentsOf(part, contents, 1), defects);
}

function eraseAt(memory: FlashMemory, address: number): void {
  const sector = memory.sectorAt(address);
  if (sector) memory.erase(sector);
}

describe('flash with an error-correcting code', () => {
  for (const part of [H743, G474]) {
    const { wordBytes } = part;

    test(`takes each word of ${wordBytes} bytes once per erase, even the same or erased bytes again`, () => {
      const memory = memoryOf(part);
      const word = new Uint8Array(wordBytes).fill(0x5a);
      const blank = new Uint8Array(wordBytes).fill(0xff);
      expect(memory.program(FLASH, word).result).toBe('done');
      expect(memory.program(FLASH, word).result).toBe('refused');
      expect(memory.program(FLASH + wordBytes, blank).result).toBe('done');
      expect(memory.program(FLASH + wordBytes, word).result).toBe('refused');
      eraseAt(memory, FLASH);
      expect(memory.program(FLASH + wordBytes, word).result).toBe('done');
    });

    test(`fills up a word of ${wordBytes} bytes that is written in part, and takes nothing more into it`, () => {
      const memory = memoryOf(part);
      expect(memory.program(FLASH, Uint8Array.of(1, 2, 3)).result).toBe('done');
      expect(memory.program(FLASH + wordBytes - 1, Uint8Array.of(4, 5)).result).toBe('refused');
      expect(memory.read(FLASH + wordBytes - 1, 2)).toEqual(Uint8Array.of(0xff, 0xff));
      expect(memory.program(FLASH + wordBytes, Uint8Array.of(5)).result).toBe('done');
    });
  }

  test('takes nothing where an old firmware is', () => {
    expect(memoryOf(H743, SOUND, 'used').program(FLASH + 4096, new Uint8Array(32).fill(0xff)).result).toBe('refused');
  });
});

test('the GD32 that drops takes a block where all is blank, and none of it where something is', () => {
  const memory = memoryOf(GD32VF103_0100);
  expect(memory.program(FLASH + 100, Uint8Array.of(7)).result).toBe('done');
  expect(memory.program(FLASH, new Uint8Array(2048).fill(1)).result).toBe('dropped');
  expect(memory.read(FLASH, 2048).filter((byte) => byte !== 0xff)).toEqual(Uint8Array.of(7));
  expect(memory.program(FLASH + 2048, new Uint8Array(2048).fill(1)).result).toBe('done');
});

describe('memory that is not flash', () => {
  test('OTP takes every bit once and for ever', () => {
    const memory = memoryOf(F405);
    expect(memory.program(0x1fff_7800, Uint8Array.of(0xf0)).result).toBe('done');
    expect(memory.program(0x1fff_7800, Uint8Array.of(0x3c)).result).toBe('combined');
    expect([...memory.read(0x1fff_7800, 2)]).toEqual([0x30, 0xff]);
  });

  test('option bytes and EEPROM are rewritten as often as somebody likes', () => {
    const memory = memoryOf(L152);
    for (const address of [0x0808_0000, 0x1ff8_0000])
      for (const byte of [0xff, 0x00, 0x5a]) {
        expect(memory.program(address, Uint8Array.of(byte)).result).toBe('done');
        expect([...memory.read(address, 1)]).toEqual([byte]);
      }
  });
});

test('a write-protected sector keeps what it holds, acknowledged, and its neighbours do not', () => {
  const memory = memoryOf(F405, { ...SOUND, writeProtected: [{ address: FLASH + 0x4000, length: 1 }] }, 'used');
  const before = memory.digest(FLASH + 0x4000, 0x4000);
  for (const address of [FLASH, FLASH + 0x4000, FLASH + 0x8000]) eraseAt(memory, address);
  const data = new Uint8Array(2048);
  expect(memory.program(FLASH + 0x4000 - 1024, data).result).toBe('done');
  expect(memory.digest(FLASH + 0x4000, 0x4000)).toBe(before);
  expect(memory.read(FLASH + 0x4000 - 1024, 1024)).toEqual(new Uint8Array(1024));
  expect(memory.read(FLASH + 0x8000, 1)[0]).toBe(0xff);
});
