import { describe, expect, test } from 'vitest';
import { GD32VF103_0100 } from '../chip/parts/clones.ts';
import { F405, F745_LYING, F767_DUAL_BANK } from '../chip/parts/f4-f7.ts';
import { H743, H743_REV_V } from '../chip/parts/h7.ts';
import { C5 } from '../chip/parts/second-generation.ts';
import { command } from '../testing/hand-host.ts';
import { RomRig } from '../testing/rom-rig.ts';
import { REQUEST } from './dfu-words.ts';
import { FOUND_STATES, leftoverOf } from './leftover.ts';

const FLASH = 0x0800_0000;
const BANK_2 = 0x0810_0000;
const NOTHING = new Uint8Array(0);
const MASS_ERASE = Uint8Array.of(0x41);

/** Starts an erase; the board is busy when this returns. */
function startErase(rig: RomRig, address: number): void {
  rig.out(REQUEST.download, 0, command(0x41, address));
  expect(rig.status().slice(0, 2)).toEqual(['OK', 'dfuDNBUSY']);
}

describe('a ROM that answers while it is busy', () => {
  test('says dfuDNBUSY with the same poll timeout until it is done', () => {
    const rig = new RomRig(H743);
    startErase(rig, FLASH);
    for (let n = 0; n < 3; n++) {
      expect(rig.status()).toEqual(['OK', 'dfuDNBUSY', 900]);
      rig.now += 299;
    }
    rig.now += 3;
    expect(rig.status()).toEqual(['OK', 'dfuDNLOAD-IDLE', 0]);
    expect(rig.sins()).toEqual([]);
  });

  test('ignores an ABORT, and refuses data', () => {
    const rig = new RomRig(H743);
    startErase(rig, FLASH);
    expect(rig.out(REQUEST.abort).kind).toBe('data');
    expect(rig.status()[1]).toBe('dfuDNBUSY');
    expect(rig.out(REQUEST.download, 2, Uint8Array.of(1)).kind).toBe('stall');
    expect(rig.sins()).toEqual(['download-in-wrong-state']);
  });

  test('keeps the error that a host made of its work, when that is done', () => {
    const rig = new RomRig(H743);
    startErase(rig, FLASH);
    rig.out(REQUEST.clearStatus);
    rig.now += 900;
    expect(rig.status().slice(0, 2)).toEqual(['errUNKNOWN', 'dfuERROR']);
  });

  test('does not begin anything new before the old is done, whatever a host made of the state', () => {
    const rig = new RomRig(H743);
    startErase(rig, FLASH);
    rig.out(REQUEST.clearStatus);
    rig.out(REQUEST.clearStatus);
    expect(rig.sins()).toEqual(['clear-outside-error']);
    rig.out(REQUEST.download, 0, command(0x41, BANK_2));
    expect(rig.status()[1]).toBe('dfuDNBUSY');
    expect(rig.chip.memory.wear()).toHaveLength(1);
    rig.now += 900;
    expect(rig.status()[1]).toBe('dfuDNBUSY');
    expect(rig.chip.memory.wear()).toHaveLength(2);
  });
});

describe('an H743 of revision V', () => {
  test('gets stuck after an erase in its second bank, until two CLRSTATUS; the sector is blank', () => {
    const rig = new RomRig(H743_REV_V, 'used');
    startErase(rig, BANK_2);
    for (let n = 0; n < 5; n++) {
      rig.now += 10_000;
      expect(rig.status()).toEqual(['OK', 'dfuDNBUSY', 900]);
    }
    rig.out(REQUEST.clearStatus);
    expect(rig.status().slice(0, 2)).toEqual(['errUNKNOWN', 'dfuERROR']);
    rig.out(REQUEST.clearStatus);
    expect(rig.status().slice(0, 2)).toEqual(['OK', 'dfuIDLE']);
    expect(rig.sins()).toEqual([]);
    expect(rig.chip.memory.read(BANK_2, 0x2_0000).every((byte) => byte === 0xff)).toBe(true);
  });

  test('takes a CLRSTATUS before its time is over as a sin', () => {
    const rig = new RomRig(H743_REV_V);
    startErase(rig, BANK_2);
    rig.now += 500;
    rig.out(REQUEST.clearStatus);
    expect(rig.sins()).toEqual(['clear-outside-error']);
  });

  test('is like any other in its first bank, and the other revision in both', () => {
    expect(new RomRig(H743_REV_V).operate(0, command(0x41, BANK_2 - 1))).toEqual(['OK', 'dfuDNLOAD-IDLE']);
    expect(new RomRig(H743).operate(0, command(0x41, BANK_2))).toEqual(['OK', 'dfuDNLOAD-IDLE']);
  });
});

test('a C5 stalls CLRSTATUS outside dfuERROR and makes an error of it; in dfuERROR it takes it', () => {
  const rig = new RomRig(C5);
  expect(rig.out(REQUEST.clearStatus).kind).toBe('stall');
  expect(rig.status().slice(0, 2)).toEqual(['errSTALLEDPKT', 'dfuERROR']);
  expect(rig.out(REQUEST.clearStatus).kind).toBe('data');
  expect(rig.status().slice(0, 2)).toEqual(['OK', 'dfuIDLE']);
  expect(rig.sins()).toEqual(['clear-outside-error']);
});

describe('a mass erase', () => {
  test('never comes to an end on an F767: nothing is answered any more', () => {
    const rig = new RomRig(F767_DUAL_BANK);
    rig.out(REQUEST.download, 0, MASS_ERASE);
    rig.status();
    rig.now += 3_600_000;
    const ask = { direction: 'in', request: REQUEST.getStatus, value: 0, length: 6, data: NOTHING } as const;
    expect(rig.send(ask, rig.now + 60_000)).toEqual({ kind: 'silence' });
  });

  test('fails on a GD32VF103 of revision 0100 and leaves its flash alone', () => {
    const rig = new RomRig(GD32VF103_0100, 'used');
    const before = rig.chip.memory.digest(FLASH, 128 * 1024);
    expect(rig.operate(0, MASS_ERASE)).toEqual(['errERASE', 'dfuERROR']);
    expect(rig.chip.memory.digest(FLASH, 128 * 1024)).toBe(before);
  });
});

test('a host that gives up before a busy ROM is done was not heard at all', () => {
  const rig = new RomRig(F405);
  startErase(rig, FLASH);
  const ask = { direction: 'in', request: REQUEST.getStatus, value: 0, length: 6, data: NOTHING } as const;
  for (let n = 0; n < 3; n++) expect(rig.send(ask, rig.now + 100)).toEqual({ kind: 'silence' });
  expect(rig.send(ask, rig.now + 500)).toMatchObject({ kind: 'data' });
  expect(rig.machine.state).toBe('dfuDNLOAD-IDLE');
});

test('a GD32VF103 of revision 0100 leaves without an answer', () => {
  const rig = new RomRig(GD32VF103_0100);
  rig.out(REQUEST.download, 0);
  expect(rig.in(REQUEST.getStatus)).toMatchObject({ kind: 'goes', departs: { why: 'leave' } });
});

test('an F745 reports 104 ms for a write of 8 ms', () => {
  const rig = new RomRig(F745_LYING);
  rig.out(REQUEST.download, 2, new Uint8Array(2048));
  expect(rig.status()).toEqual(['OK', 'dfuDNBUSY', 104]);
  const startedAt = rig.now;
  rig.status();
  expect(rig.now - startedAt).toBeLessThan(9);
});

describe('what another tool left behind', () => {
  test.each(FOUND_STATES)('is %s at the first look', (state) => {
    const rig = new RomRig(F405, 'used', leftoverOf(F405, state));
    expect(rig.machine.state).toBe(state);
    expect(rig.in(REQUEST.getState, 0, 1)).toMatchObject({ kind: 'data' });
    expect(rig.machine.state).toBe(state);
    expect(rig.machine.status).toBe(state === 'dfuERROR' ? 'errFIRMWARE' : 'OK');
  });

  test('is an erase that waits for a GETSTATUS, and that an ABORT forgets', () => {
    const [asked, aborted] = [0, 1].map(() => new RomRig(F405, 'used', leftoverOf(F405, 'dfuDNLOAD-SYNC')));
    expect(asked?.status()).toEqual(['OK', 'dfuDNBUSY', 250]);
    expect(asked?.chip.memory.wear()).toMatchObject([{ did: 'erase', address: FLASH }]);
    aborted?.out(REQUEST.abort);
    expect(aborted?.status()).toEqual(['OK', 'dfuIDLE', 0]);
    expect(aborted?.chip.memory.wear()).toEqual([]);
  });
});
