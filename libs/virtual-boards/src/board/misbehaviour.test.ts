import { describe, expect, test } from 'vitest';
import { misbehave } from '../bench/shift-fault.ts';
import { F072 } from '../chip/parts/f0-f1-f3.ts';
import { F405 } from '../chip/parts/f4-f7.ts';
import { REQUEST } from '../rom/dfu-words.ts';
import { FOUND_STATES } from '../rom/leftover.ts';
import { boardWith, FLASH, makeBoard, NOTHING, returned } from '../testing/board-rig.ts';
import { command, getStatus, type Hand, imageOf, operate, readBlocks } from '../testing/hand-host.ts';
import type { VirtualBoard } from './board.ts';
import type { BoardSpec } from './board-spec.ts';
import type { Misbehaviour } from './misbehaviour.ts';

describe('misbehaviour', () => {
  const image = imageOf(6000);
  const make = (board: VirtualBoard, host: Hand) => makeBoard(board, host, image);

  test('unplugged at any of its transfers, a board answers `gone` and no host gets through', async () => {
    const whole = boardWith();
    await make(whole.board, whole.hand());
    const { transfers } = whole.board.report();
    expect(transfers).toBeGreaterThan(20);
    for (let at = 1; at <= transfers; at++) {
      const { board, hand } = boardWith({ misbehaviours: [{ kind: 'unplug', at }] });
      const making = make(board, hand());
      // The last one is the GETSTATUS that makes it leave: being gone is what it was told to do.
      if (at === transfers) await making;
      else await expect(making, `${at}`).rejects.toMatchObject({ trouble: 'gone' });
      expect(board.presence).toBe('pulled');
      expect(board.report().transfers).toBe(at);
    }
  });

  test('a pull in the middle of a transfer ends it at once', async () => {
    const { board, clock, hand } = boardWith();
    const { port } = hand();
    await port.controlOut(REQUEST.download, 0, Uint8Array.of(0x41), 5000);
    await getStatus({ port });
    const waiting = port.controlIn(REQUEST.getStatus, 0, 6, 60_000);
    const pulledAt = clock.now();
    board.pull();
    await expect(waiting).rejects.toMatchObject({ trouble: 'gone' });
    expect(clock.now()).toBe(pulledAt);
  });

  test('a stall at one transfer of data is an error of the state machine, at a GETSTATUS it is not', async () => {
    const atData = boardWith({ misbehaviours: [{ kind: 'stall', at: 1 }] }).hand();
    await expect(operate(atData, 2, Uint8Array.of(1))).rejects.toMatchObject({ trouble: 'stall' });
    expect(await getStatus(atData)).toMatchObject({ status: 'errSTALLEDPKT', state: 'dfuERROR' });
    const atStatus = boardWith({ misbehaviours: [{ kind: 'stall', at: 1 }] }).hand();
    await expect(getStatus(atStatus)).rejects.toMatchObject({ trouble: 'stall' });
    expect(await getStatus(atStatus)).toMatchObject({ status: 'OK', state: 'dfuIDLE' });
  });

  test('a hang answers nothing from then on and costs the whole timeout each time', async () => {
    const { clock, hand } = boardWith({ misbehaviours: [{ kind: 'hang', at: 2 }] });
    const { port } = hand();
    await getStatus({ port });
    const hungAt = clock.now();
    for (const timeoutMs of [700, 300])
      await expect(port.controlIn(REQUEST.getStatus, 0, 6, timeoutMs)).rejects.toMatchObject({ trouble: 'timeout' });
    expect(clock.now() - hungAt).toBeCloseTo(1000, 6);
  });

  test('a hang is scaled by speed, as everything else is', async () => {
    const { clock, hand } = boardWith({ misbehaviours: [{ kind: 'hang', at: 1 }] }, F405, 0.1);
    await expect(getStatus(hand())).rejects.toMatchObject({ trouble: 'timeout' });
    expect(clock.now()).toBeCloseTo(500, 6);
  });

  test('a board that is pulled while it is away stays pulled', async () => {
    const { board, clock, hand } = boardWith({ contents: 'used' });
    const { port } = hand();
    await port.controlOut(REQUEST.download, 0, NOTHING, 500);
    await getStatus({ port });
    expect(board.presence).toBe('away');
    board.pull();
    await clock.sleep(10 * F405.timing.returnMs);
    expect(board.presence).toBe('pulled');
    expect(board.identity()).toBeNull();
  });

  for (const effect of [true, false])
    test(`a timeout ${effect ? 'after' : 'without'} the effect happens once`, async () => {
      const { board, clock, hand } = boardWith({ misbehaviours: [{ kind: 'timeout', at: 4, effect }] });
      const host = hand();
      await operate(host, 0, command(0x21, FLASH + 0x4000));
      const data = Uint8Array.of(1, 2, 3, 4);
      await expect(host.port.controlOut(REQUEST.download, 2, data, 500)).rejects.toMatchObject({ trouble: 'timeout' });
      expect(clock.now()).toBeGreaterThan(500);
      expect(await getStatus(host)).toMatchObject({ state: effect ? 'dfuDNBUSY' : 'dfuDNLOAD-IDLE' });
      expect(board.memory.read(FLASH + 0x4000, 1)[0]).toBe(effect ? 1 : 0xff);
    });

  test('a leave that is carried out unheard still takes the board off the bus', async () => {
    const { board, hand } = boardWith({ contents: 'used', misbehaviours: [{ kind: 'timeout', at: 2, effect: true }] });
    const { port } = hand();
    await port.controlOut(REQUEST.download, 0, NOTHING, 500);
    await expect(port.controlIn(REQUEST.getStatus, 0, 6, 500)).rejects.toMatchObject({ trouble: 'timeout' });
    await returned(board);
    expect(board.presence).toBe('application');
  });

  test('a flipped bit is wrong on the wire, every time, and right in the flash', async () => {
    const { board, hand } = boardWith({ misbehaviours: [{ kind: 'bit-flip', address: FLASH + 4321, bit: 5 }] });
    const host = hand();
    await expect(make(board, host)).rejects.toThrow('read-back differs');
    await host.port.controlOut(REQUEST.abort, 0, NOTHING, 500);
    const again = await readBlocks(host, image.length);
    const wrong = [...again.entries()].filter(([n, byte]) => byte !== image[n]);
    expect(wrong).toEqual([[4321, (image[4321] ?? 0) ^ 0x20]]);
    expect(board.memory.read(FLASH, image.length)).toEqual(image);
  });

  test.each<Misbehaviour>([
    { kind: 'silent-write-loss', address: FLASH + 3000, length: 64 },
    { kind: 'silent-erase-failure', address: FLASH + 3000, length: 1 },
    { kind: 'write-protected', address: FLASH + 3000, length: 1 },
  ])('$kind is acknowledged, and only the read-back tells', async (misbehaviour) => {
    const { board, hand } = boardWith({ contents: 'used', misbehaviours: [misbehaviour] });
    await expect(make(board, hand())).rejects.toThrow('read-back differs');
  });

  test('a write-protected sector keeps every byte of what was there', async () => {
    const misbehaviours = [{ kind: 'write-protected', address: FLASH, length: 4 }] as const;
    const { board, hand } = boardWith({ contents: 'used', misbehaviours });
    const before = board.memory.digest(FLASH, 0x4000);
    await expect(make(board, hand())).rejects.toThrow('read-back differs');
    expect(board.memory.digest(FLASH, 0x4000)).toBe(before);
  });

  test('a board that another tool left in the middle of something is found there once', async () => {
    for (const state of FOUND_STATES) {
      const { board, hand } = boardWith({ contents: 'used', misbehaviours: [{ kind: 'found-in', state }] });
      expect(board.report()).toMatchObject({ state, transfers: 0, sins: [] });
      const host = hand();
      await host.port.controlOut(state === 'dfuERROR' ? REQUEST.clearStatus : REQUEST.abort, 0, NOTHING, 500);
      expect(await getStatus(host)).toMatchObject({ status: 'OK', state: 'dfuIDLE' });
      await make(board, host);
      expect(board.report().sins).toEqual([]);
    }
  });

  test('a read-protected board refuses to be erased', async () => {
    const { board, hand } = boardWith({ misbehaviours: [{ kind: 'read-protected' }] });
    await expect(make(board, hand())).rejects.toThrow('dfuERROR errVENDOR');
  });

  test('read-unprotect frees it: it is back in its bootloader, blank', async () => {
    const { board, clock, hand } = boardWith({ contents: 'used', misbehaviours: [{ kind: 'read-protected' }] });
    const { port } = hand();
    await port.controlOut(REQUEST.download, 0, Uint8Array.of(0x92), 500);
    await getStatus({ port });
    await expect(getStatus({ port })).rejects.toMatchObject({ trouble: 'gone' });
    await returned(board);
    expect(clock.now()).toBeGreaterThan(16_000);
    await make(board, hand());
  });

  test('equal serials are equal, others are not', () => {
    const serial = (spec: BoardSpec, part = F405) => boardWith(spec, part).board.identity()?.usbSerial;
    expect(serial({ seed: 1 })).toMatch(/^[0-9A-F]{12}$/);
    expect(serial({ seed: 1 })).not.toBe(serial({ seed: 2 }));
    expect(serial({ seed: 1 }, F072)).toBe(serial({ seed: 2 }, F072));
    expect(serial({ usbSerial: 'X' })).toBe('X');
    expect(serial({ misbehaviours: [{ kind: 'equal-serial', usbSerial: 'STM32FxSTM32' }] })).toBe('STM32FxSTM32');
  });

  test('a board that refuses to leave comes back in its bootloader with the right bytes', async () => {
    const { board, hand } = boardWith({ misbehaviours: [{ kind: 'refuses-to-leave' }] });
    await make(board, hand());
    await returned(board);
    expect(board.presence).toBe('dfu');
    expect(board.memory.read(FLASH, image.length)).toEqual(image);
  });

  test('a slow board takes longer and is otherwise sound', async () => {
    const { board, clock, hand } = boardWith({ misbehaviours: [{ kind: 'slow', factor: 10 }] });
    await operate(hand(), 0, command(0x41, FLASH));
    expect(clock.now()).toBeGreaterThan(2500);
    expect(board.report().sins).toEqual([]);
  });

  test('the faults of a shift are repeatable, of many kinds, and every one keeps a board from being made', async () => {
    const kinds = new Set<string>();
    for (let seed = 0; seed < 60; seed++) {
      const fault = misbehave(seed, { address: 0x0800_0000, bytes: 8192 });
      expect(misbehave(seed, { address: 0x0800_0000, bytes: 8192 })).toEqual(fault);
      kinds.add(fault.kind);
      const { board, hand } = boardWith({ contents: 'used', misbehaviours: [fault] });
      const made = await makeBoard(board, hand(), imageOf(32_768)).then(
        () => true,
        () => false,
      );
      await returned(board);
      expect(made && board.presence === 'application', `seed ${seed}: ${JSON.stringify(fault)}`).toBe(false);
    }
    expect(kinds.size).toBeGreaterThanOrEqual(5);
  });
});
