import { describe, expect, test } from 'vitest';
import type { PartSpec } from '../chip/part.ts';
import { F303 } from '../chip/parts/f0-f1-f3.ts';
import { F405, F405_LYING } from '../chip/parts/f4-f7.ts';
import { REQUEST } from '../rom/dfu-words.ts';
import { boardWith, FLASH, makeBoard, returned, sectorsUnder } from '../testing/board-rig.ts';
import { command, flashByHand, getStatus, imageOf, operate } from '../testing/hand-host.ts';

describe('time', () => {
  /** What a flash of `length` bytes by hand costs, added up by hand. */
  function handSumMs(part: PartSpec, sectorMs: readonly number[], length: number): number {
    const { wireMsPerTransfer, wireMsPerByte, setAddressMs, programMsPerByte } = part.timing;
    const blocks = Math.ceil(length / part.functional.transferSize);
    const status = wireMsPerTransfer + 6 * wireMsPerByte;
    const commandMs = wireMsPerTransfer + 5 * wireMsPerByte + 2 * status;
    const erase = sectorMs.reduce((sum, ms) => sum + ms + commandMs, 0);
    const write = blocks * (wireMsPerTransfer + 2 * status) + length * (wireMsPerByte + programMsPerByte);
    const read = blocks * wireMsPerTransfer + length * wireMsPerByte;
    return erase + commandMs + setAddressMs + write + wireMsPerTransfer + read;
  }

  test('of a whole flash is the sum of its parts, to the microsecond', async () => {
    const { board, clock, hand } = boardWith();
    const length = 256 * 1024;
    const sectors = sectorsUnder(board, length);
    await flashByHand(hand(), sectors, FLASH, imageOf(length));
    const sumMs = handSumMs(F405, [250, 250, 250, 250, 550, 1000], length);
    expect(clock.now()).toBeCloseTo(sumMs, 3);
    expect(sumMs).toBeGreaterThan(4080);
    expect(sumMs).toBeLessThan(4140);
    expect(board.report().transfers).toBe(6 * 3 + 3 + 128 * 3 + 1 + 128);
  });

  test('counts a poll that lies when the host believes it', async () => {
    const { clock, hand } = boardWith({}, F405_LYING);
    await flashByHand(hand(), [FLASH], FLASH, imageOf(2048));
    expect(clock.now()).toBeGreaterThan(250 + 2 * 104 - 4);
  });

  test('goes on while the host is away for long', async () => {
    const { clock, hand } = boardWith();
    const { port } = hand();
    await getStatus({ port });
    await clock.sleep(1000);
    const askedAt = clock.now();
    await getStatus({ port });
    // The reply took the wire's time from when it was asked, less the slack a late host is given.
    expect(clock.now()).toBeGreaterThanOrEqual(askedAt);
    expect(clock.now()).toBeLessThan(askedAt + 1);
  });

  test('is scaled by speed, with the polls that are reported', async () => {
    const { clock, hand } = boardWith({}, F405_LYING, 0.1);
    const { port } = hand();
    await port.controlOut(REQUEST.download, 0, command(0x21, FLASH), 5000);
    expect((await getStatus({ port })).pollTimeoutMs).toBe(11);
    await getStatus({ port });
    await operate({ port, clock }, 0, command(0x41, FLASH));
    expect(clock.now()).toBeGreaterThan(24);
    expect(clock.now()).toBeLessThan(27);
  });

  test('does not pass at speed 0', async () => {
    const { board, clock, hand } = boardWith({ contents: 'used' }, F303, 0);
    await makeBoard(board, hand(), imageOf(20_000));
    await returned(board);
    expect(board.presence).toBe('application');
    expect(clock.now()).toBe(0);
    expect(board.report().sins).toEqual([]);
  });

  test('of an operation that outlasts the timeout is a timeout, and the operation goes on', async () => {
    const { clock, hand } = boardWith({ contents: 'used' });
    const { port } = hand();
    await port.controlOut(REQUEST.download, 0, Uint8Array.of(0x41), 5000);
    await getStatus({ port });
    const askedAt = clock.now();
    await expect(getStatus({ port })).rejects.toMatchObject({ trouble: 'timeout' });
    expect(clock.now() - askedAt).toBeCloseTo(5000, 6);
    await clock.sleep(12_000);
    expect(await getStatus({ port })).toMatchObject({ state: 'dfuDNLOAD-IDLE' });
  });
});
