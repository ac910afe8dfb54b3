import { describe, expect, test } from 'vitest';
import { F072 } from '../chip/parts/f0-f1-f3.ts';
import { F405 } from '../chip/parts/f4-f7.ts';
import { L072 } from '../chip/parts/low-power.ts';
import { command } from '../testing/hand-host.ts';
import { RomRig } from '../testing/rom-rig.ts';
import { REQUEST } from './dfu-words.ts';

const FLASH = 0x0800_0000;

describe('an operation', () => {
  test('is only stored by DNLOAD, started by the first GETSTATUS, told by the second', () => {
    const rig = new RomRig(F405, 'used');
    const before = rig.chip.memory.digest(FLASH, 16_384);
    rig.out(REQUEST.download, 0, command(0x41, FLASH));
    expect(rig.chip.memory.digest(FLASH, 16_384)).toBe(before);
    expect(rig.status()).toEqual(['OK', 'dfuDNBUSY', 250]);
    expect(rig.chip.memory.digest(FLASH, 16_384)).not.toBe(before);
    rig.now += 250;
    expect(rig.status()).toEqual(['OK', 'dfuDNLOAD-IDLE', 0]);
  });

  test('works on the data as they were sent, whatever becomes of the buffer of the host', () => {
    const rig = new RomRig();
    const data = Uint8Array.of(1, 2, 3);
    rig.out(REQUEST.download, 2, data);
    data.fill(9);
    rig.status();
    expect([...rig.chip.memory.read(FLASH, 3)]).toEqual([1, 2, 3]);
  });

  test('holds the next request until it is done on OTG parts', () => {
    const rig = new RomRig(F405);
    rig.out(REQUEST.download, 0, command(0x41, FLASH));
    rig.status();
    const startedAt = rig.now;
    expect(rig.status()).toEqual(['OK', 'dfuDNLOAD-IDLE', 0]);
    const { wireMsPerTransfer, wireMsPerByte } = F405.timing;
    expect(rig.now).toBeCloseTo(startedAt + 250 + wireMsPerTransfer + 6 * wireMsPerByte, 9);
    expect(rig.sins()).toEqual([]);
  });

  test('stalls the next request until it is done on parts with the small USB device, and goes on', () => {
    const rig = new RomRig(F072);
    rig.out(REQUEST.download, 0, command(0x41, FLASH));
    const [, , pollMs] = rig.status();
    const doneAt = rig.now + 30;
    expect(rig.status()[0]).toBe('stall');
    expect(rig.in(REQUEST.getState, 0, 1).kind).toBe('stall');
    expect(rig.machine.state).toBe('dfuDNBUSY');
    expect(rig.sins()).toEqual(['asked-too-early', 'asked-too-early']);
    expect(pollMs).toBeGreaterThanOrEqual(30);
    rig.now = doneAt;
    expect(rig.status()).toEqual(['OK', 'dfuDNLOAD-IDLE', 0]);
  });

  test('that fails says so at the second GETSTATUS only, and again until CLRSTATUS', () => {
    const rig = new RomRig();
    rig.out(REQUEST.download, 0, command(0x41, 0x0900_0000));
    expect(rig.status().slice(0, 2)).toEqual(['OK', 'dfuDNBUSY']);
    expect(rig.status().slice(0, 2)).toEqual(['errTARGET', 'dfuERROR']);
    expect(rig.status().slice(0, 2)).toEqual(['errTARGET', 'dfuERROR']);
    rig.out(REQUEST.clearStatus);
    expect(rig.status().slice(0, 2)).toEqual(['OK', 'dfuIDLE']);
  });

  const refused: [string, number, Uint8Array, string, string[]][] = [
    ['SET_ADDRESS outside the map', 0, command(0x21, 0x0810_0000), 'errTARGET', ['outside-map']],
    ['erase outside the map', 0, command(0x41, 0x0810_0000), 'errTARGET', ['outside-map']],
    ['erase of what cannot be erased', 0, command(0x41, 0x1fff_7800), 'errTARGET', ['wrong-alternate']],
    ['a write behind the end', 2 + 512, Uint8Array.of(0), 'errTARGET', ['outside-map']],
    ['a write of the last block', 2 + 511, new Uint8Array(2048).fill(1), 'OK', []],
    ['an unknown command', 0, Uint8Array.of(0x77), 'errSTALLEDPKT', ['unknown-command']],
    ['SET_ADDRESS cut short', 0, Uint8Array.of(0x21, 0, 0), 'errSTALLEDPKT', ['unknown-command']],
    ['data at the reserved block', 1, Uint8Array.of(0), 'OK', ['reserved-block']],
  ];
  for (const [what, block, data, status, sins] of refused)
    test(`${what} ends with ${status}`, () => {
      const rig = new RomRig();
      expect(rig.operate(block, data)[0]).toBe(status);
      expect(rig.sins()).toEqual(sins);
    });

  test('a write that begins inside the map and ends outside changes nothing', () => {
    const rig = new RomRig(L072);
    rig.operate(0, command(0x21, FLASH + 1536 * 128 - 128));
    expect(rig.operate(2, new Uint8Array(256).fill(0xff))[0]).toBe('errTARGET');
    expect(rig.chip.memory.wear()).toEqual([]);
  });

  test('data longer than wTransferSize are refused at once', () => {
    const rig = new RomRig();
    expect(rig.out(REQUEST.download, 2, new Uint8Array(2049)).kind).toBe('stall');
    expect(rig.sins()).toEqual(['longer-than-transfer-size']);
  });
});

describe('addresses', () => {
  test('a block is (number - 2) * wTransferSize behind the pointer, also when the last one is short', () => {
    const rig = new RomRig();
    rig.operate(0, command(0x21, FLASH + 0x4000));
    rig.operate(3, Uint8Array.of(1, 2, 3));
    expect([...rig.chip.memory.read(FLASH + 0x4000 + 2048, 3)]).toEqual([1, 2, 3]);
    rig.out(REQUEST.abort);
    expect(rig.upload(3, 3)).toEqual([1, 2, 3]);
  });

  test('the pointer starts at the flash, survives ABORT and erase, and is little-endian', () => {
    const rig = new RomRig();
    expect(rig.chip.pointer).toBe(FLASH);
    rig.operate(0, command(0x21, 0x0802_0000));
    rig.operate(0, command(0x41, 0x0804_0000));
    rig.out(REQUEST.abort);
    expect(rig.chip.pointer).toBe(0x0802_0000);
  });
});

describe('an upload', () => {
  test('of block 0 tells the commands', () => {
    const rig = new RomRig();
    expect(rig.upload(0, 2048)).toEqual([0x00, 0x21, 0x41, 0x92]);
    expect(rig.machine.state).toBe('dfuIDLE');
  });

  test('of block 1 is refused', () => {
    const rig = new RomRig();
    expect(rig.upload(1, 16)).toBe('stall');
    expect(rig.sins()).toEqual(['reserved-block']);
  });

  test('ends short at the end of a region, and that ends the upload', () => {
    const rig = new RomRig();
    rig.chip.alternate = 2;
    rig.operate(0, command(0x21, 0x1fff_7a00));
    rig.out(REQUEST.abort);
    expect(rig.upload(2, 2048)).toHaveLength(16);
    expect(rig.machine.state).toBe('dfuIDLE');
  });

  test('outside the map is errTARGET', () => {
    const rig = new RomRig();
    expect(rig.upload(2 + 512, 2048)).toBe('stall');
    expect(rig.status().slice(0, 2)).toEqual(['errTARGET', 'dfuERROR']);
  });

  test('needs no GETSTATUS between blocks', () => {
    const rig = new RomRig();
    for (let block = 2; block < 10; block++) expect(rig.upload(block, 2048)).toHaveLength(2048);
    expect(rig.sins()).toEqual([]);
  });
});

test('mass erase empties all flash, takes 16 s and reports 100 ms, as the F405 ROM does', () => {
  const rig = new RomRig(F405, 'used');
  rig.out(REQUEST.download, 0, Uint8Array.of(0x41));
  expect(rig.status()).toEqual(['OK', 'dfuDNBUSY', 100]);
  const startedAt = rig.now;
  rig.status();
  expect(rig.now - startedAt).toBeGreaterThan(16_000);
  expect(rig.chip.memory.read(FLASH, 1024 * 1024).every((byte) => byte === 0xff)).toBe(true);
});

test('writing option bytes resets the chip', () => {
  const rig = new RomRig();
  rig.chip.alternate = 1;
  rig.operate(0, command(0x21, 0x1fff_c000));
  rig.out(REQUEST.download, 2, new Uint8Array(16));
  expect(rig.in(REQUEST.getStatus)).toMatchObject({ departs: { why: 'reset' } });
});
