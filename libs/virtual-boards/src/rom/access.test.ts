import { describe, expect, test } from 'vitest';
import { AT32F437 } from '../chip/parts/clones.ts';
import { F405, F427, F767_DUAL_BANK } from '../chip/parts/f4-f7.ts';
import { C5, G0C1 } from '../chip/parts/second-generation.ts';
import { command } from '../testing/hand-host.ts';
import { RomRig } from '../testing/rom-rig.ts';
import { REQUEST } from './dfu-words.ts';

const FLASH = 0x0800_0000;

describe('an alternate setting', () => {
  test('leads to its own memory and to no other', () => {
    for (const [alternate, address] of [
      [0, FLASH],
      [1, 0x1fff_c000],
      [2, 0x1fff_7800],
      [2, 0x1fff_7a00],
      [3, 0xffff_0000],
    ] as const)
      for (const selected of [0, 1, 2, 3]) {
        const rig = new RomRig(F405);
        rig.chip.alternate = selected;
        const isRight = selected === alternate;
        expect(rig.operate(0, command(0x21, address))[0], `${address} by ${selected}`).toBe(
          isRight ? 'OK' : 'errTARGET',
        );
        expect(rig.sins()).toEqual(isRight ? [] : ['wrong-alternate']);
      }
  });

  test('of an F427 leads to both banks of its memory', () => {
    for (const [alternate, address] of [
      [1, 0x1ffe_c000],
      [1, 0x1fff_c000],
      [2, 0x1ffe_7800],
      [2, 0x1fff_7a00],
    ] as const) {
      const rig = new RomRig(F427);
      rig.chip.alternate = alternate;
      expect(rig.operate(0, command(0x21, address))[0]).toBe('OK');
    }
  });

  test('of a G0C1 leads to flash, whichever it is', () => {
    for (const alternate of [0, 1, 2]) {
      const rig = new RomRig(G0C1);
      rig.chip.alternate = alternate;
      expect(rig.operate(0, command(0x41, FLASH))[0]).toBe('OK');
      expect(rig.operate(0, command(0x21, 0x1fff_7800))[0]).toBe('errTARGET');
    }
  });

  test('that was changed after SET_ADDRESS does not read or write what the pointer still holds', () => {
    const rig = new RomRig(F405);
    rig.operate(0, command(0x21, FLASH));
    rig.chip.alternate = 1;
    expect(rig.operate(2, Uint8Array.of(0))[0]).toBe('errTARGET');
    rig.out(REQUEST.clearStatus);
    expect(rig.upload(2, 16)).toBe('stall');
    expect(rig.sins()).toEqual(['wrong-alternate', 'wrong-alternate']);
  });

  test('does not exist for the option bytes of a C5', () => {
    const rig = new RomRig(C5);
    expect(rig.operate(0, command(0x21, 0x4002_2040))[0]).toBe('errTARGET');
    expect(rig.sins()).toEqual(['outside-map']);
  });
});

describe('flash that the layout string gives no rights to', () => {
  test('is read and neither erased nor programmed', () => {
    const rig = new RomRig(AT32F437, 'used');
    const before = rig.chip.memory.digest(FLASH, 0x8000);
    expect(rig.operate(0, command(0x41, FLASH + 0x7000))[0]).toBe('errTARGET');
    rig.out(REQUEST.clearStatus);
    expect(rig.operate(2, Uint8Array.of(0))[0]).toBe('errTARGET');
    rig.out(REQUEST.clearStatus);
    rig.operate(0, Uint8Array.of(0x41));
    expect(rig.sins()).toEqual(['not-erasable', 'not-erasable']);
    expect(rig.chip.memory.digest(FLASH, 0x8000)).toBe(before);
    rig.out(REQUEST.abort);
    expect(rig.upload(2, 16)).toEqual([...rig.chip.memory.read(FLASH, 16)]);
    expect(rig.operate(0, command(0x41, FLASH + 0x8000))[0]).toBe('errSTALLEDPKT');
  });
});

test('an erase on an F767 with two banks clears the true sector that holds the address, and no more', () => {
  const rig = new RomRig(F767_DUAL_BANK, 'used');
  const rest = rig.chip.memory.digest(FLASH + 0x4000, 0x4000);
  // What the layout calls the first sector has 32 KB.
  rig.operate(0, command(0x41, FLASH));
  expect(rig.chip.memory.read(FLASH, 0x4000).every((byte) => byte === 0xff)).toBe(true);
  expect(rig.chip.memory.digest(FLASH + 0x4000, 0x4000)).toBe(rest);
});
