import { describe, expect, test } from 'vitest';
import { F105 } from '../chip/parts/f0-f1-f3.ts';
import { F405 } from '../chip/parts/f4-f7.ts';
import { L152 } from '../chip/parts/low-power.ts';
import { U5_RDP1 } from '../chip/parts/second-generation.ts';
import { seededRandom } from '../random.ts';
import { command } from '../testing/hand-host.ts';
import { RomRig } from '../testing/rom-rig.ts';
import { REQUEST } from './dfu-words.ts';

const FLASH = 0x0800_0000;
const OPTIONS = 0x1fff_c000;

/** Selects the option bytes of an F405 and points at them. */
function pointAtOptions(rig: RomRig): void {
  rig.chip.alternate = 1;
  rig.operate(0, command(0x21, OPTIONS));
}

/** Writes the option bytes of an F405; it resets before anybody can ask how it went. */
function writeOptions(rig: RomRig, ...bytes: readonly number[]): void {
  pointAtOptions(rig);
  rig.out(REQUEST.download, 2, Uint8Array.from(bytes));
  expect(rig.in(REQUEST.getStatus)).toMatchObject({ kind: 'data', departs: { why: 'reset' } });
}

const isBlank = (rig: RomRig) => rig.chip.memory.read(FLASH, 1024 * 1024).every((byte) => byte === 0xff);

describe('a chip at read protection level 1', () => {
  test('takes an address, refuses to read, write and erase with errVENDOR, and keeps what it holds', () => {
    const rig = RomRig.protected(F405, 'used');
    const before = rig.chip.memory.digest(FLASH, 1024);
    expect(rig.operate(0, command(0x21, FLASH))[0]).toBe('OK');
    rig.out(REQUEST.abort);
    for (const attempt of [
      () => rig.upload(2, 64),
      () => rig.operate(2, Uint8Array.of(1)),
      () => rig.operate(0, command(0x41, FLASH)),
      () => rig.operate(0, Uint8Array.of(0x41)),
    ]) {
      attempt();
      expect(rig.status().slice(0, 2)).toEqual(['errVENDOR', 'dfuERROR']);
      rig.out(REQUEST.clearStatus);
    }
    expect(rig.chip.memory.digest(FLASH, 1024)).toBe(before);
  });

  test('closes EEPROM too, and leaves option bytes and OTP open', () => {
    const eeprom = RomRig.protected(L152);
    eeprom.chip.alternate = 2;
    eeprom.operate(0, command(0x21, 0x0808_0000));
    expect(eeprom.operate(2, Uint8Array.of(1))[0]).toBe('errVENDOR');
    const options = RomRig.protected(F405);
    pointAtOptions(options);
    options.out(REQUEST.abort);
    expect(options.upload(2, 2)).toEqual([0xef, 0xbb]);
    options.out(REQUEST.abort);
    options.chip.alternate = 2;
    options.operate(0, command(0x21, 0x1fff_7800));
    expect(options.operate(2, Uint8Array.of(1))[0]).toBe('OK');
  });

  test('is freed by read-unprotect, which erases everything and resets the chip', () => {
    const rig = RomRig.protected(F405, 'used');
    rig.out(REQUEST.download, 0, Uint8Array.of(0x92));
    const reply = rig.in(REQUEST.getStatus);
    expect(reply).toMatchObject({ kind: 'data', departs: { why: 'reset', awayMs: 16_000 } });
    expect(isBlank(rig)).toBe(true);
    rig.chip.reset();
    expect(rig.chip.rdpLevel).toBe(0);
  });

  test('is freed by its option bytes, which costs the flash as well', () => {
    const rig = RomRig.protected(F405, 'used');
    writeOptions(rig, 0xef, 0xaa);
    rig.chip.reset();
    expect([rig.chip.rdpLevel, isBlank(rig)]).toEqual([0, true]);
  });

  test('stays closed when power fails before read-unprotect is done', () => {
    const rig = RomRig.protected(F405, 'used');
    rig.out(REQUEST.download, 0, Uint8Array.of(0x92));
    rig.in(REQUEST.getStatus);
    rig.machine.powerOff(rig.now + 14_000, seededRandom(1));
    rig.chip.reset();
    expect([rig.chip.rdpLevel, rig.chip.memory.weak().length]).toEqual([1, 1]);
  });
});

describe('option bytes', () => {
  test('are open on a new chip, in the words of its family', () => {
    expect([new RomRig(F405).chip.rdpLevel, new RomRig(F105).chip.rdpLevel]).toEqual([0, 0]);
    expect([...new RomRig(F105).chip.memory.read(0x1fff_f800, 2)]).toEqual([0xa5, 0x5a]);
  });

  test('take effect at the reset and not before, and keep the flash when they close it', () => {
    const rig = new RomRig(F405, 'used');
    writeOptions(rig, 0xef, 0x55);
    expect(rig.chip.rdpLevel).toBe(0);
    rig.chip.reset();
    expect([rig.chip.rdpLevel, isBlank(rig)]).toEqual([1, false]);
  });

  test('of an open chip are written without harm to its flash', () => {
    const rig = new RomRig(F405, 'used');
    writeOptions(rig, 0xe3, 0xaa);
    rig.chip.reset();
    expect([rig.chip.rdpLevel, isBlank(rig)]).toEqual([0, false]);
  });

  test('know level 2 where the family has it', () => {
    const rig = new RomRig(F405);
    writeOptions(rig, 0xef, 0xcc);
    rig.chip.reset();
    expect(rig.chip.rdpLevel).toBe(2);
  });

  test('that do not reach the protection byte leave the protection alone', () => {
    const rig = RomRig.protected(F405, 'used');
    pointAtOptions(rig);
    rig.out(REQUEST.download, 2, Uint8Array.of(0xaa));
    rig.in(REQUEST.getStatus);
    rig.chip.reset();
    expect([rig.chip.rdpLevel, isBlank(rig)]).toEqual([1, false]);
  });
});

describe('a U5 at level 1', () => {
  test('acknowledges everything, does nothing, and reads as erased', () => {
    const rig = new RomRig(U5_RDP1, 'used');
    const before = rig.chip.memory.digest(FLASH, 0x8000);
    expect(rig.operate(0, command(0x41, FLASH))).toEqual(['OK', 'dfuDNLOAD-IDLE']);
    expect(rig.operate(0, Uint8Array.of(0x41))).toEqual(['OK', 'dfuDNLOAD-IDLE']);
    expect(rig.operate(2, new Uint8Array(1024))).toEqual(['OK', 'dfuDNLOAD-IDLE']);
    rig.out(REQUEST.abort);
    expect(rig.upload(2, 4)).toEqual([0xff, 0xff, 0xff, 0xff]);
    expect(rig.chip.memory.digest(FLASH, 0x8000)).toBe(before);
    expect(rig.chip.memory.wear()).toEqual([]);
  });

  test('tells the truth in its option bytes, and is freed by read-unprotect', () => {
    const rig = new RomRig(U5_RDP1, 'used');
    rig.chip.alternate = 1;
    rig.operate(0, command(0x21, 0x4002_2040));
    rig.out(REQUEST.abort);
    expect(rig.upload(2, 1)).toEqual([0xbb]);
    rig.out(REQUEST.abort);
    rig.out(REQUEST.download, 0, Uint8Array.of(0x92));
    rig.in(REQUEST.getStatus);
    rig.chip.reset();
    expect(rig.chip.rdpLevel).toBe(0);
  });
});
