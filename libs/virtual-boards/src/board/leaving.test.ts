import { describe, expect, test } from 'vitest';
import { F405 } from '../chip/parts/f4-f7.ts';
import { REQUEST } from '../rom/dfu-words.ts';
import { boardWith, FLASH, makeBoard, NOTHING, returned } from '../testing/board-rig.ts';
import { command, getStatus, type Hand, imageOf, operate } from '../testing/hand-host.ts';
import type { VirtualBoard } from './board.ts';

describe('leaving', () => {
  async function leave(board: VirtualBoard, hand: Hand): Promise<void> {
    await operate(hand, 0, command(0x21, FLASH));
    await hand.port.controlOut(REQUEST.download, 0, NOTHING, 5000);
    await getStatus(hand);
    expect(board.presence).toBe('away');
    await expect(getStatus(hand)).rejects.toMatchObject({ trouble: 'gone' });
    await returned(board);
  }

  test('a blank board comes back in its bootloader, with its state machine and pointer reset', async () => {
    const { board, hand } = boardWith();
    const host = hand();
    await leave(board, host);
    expect(board.presence).toBe('dfu');
    await expect(getStatus(host), 'the old port stays dead').rejects.toMatchObject({ trouble: 'gone' });
    expect(await getStatus(hand())).toMatchObject({ status: 'OK', state: 'dfuIDLE' });
  });

  for (const [what, image] of [
    ['a stack outside RAM', imageOf(64, FLASH, 0x3000_0000)],
    ['a reset handler outside flash', imageOf(64, 0x2000_0000)],
  ] as const)
    test(`${what} is no firmware`, async () => {
      const { board, hand } = boardWith();
      await makeBoard(board, hand(), image);
      await returned(board);
      expect(board.presence).toBe('dfu');
    });

  test('a stack in the core-coupled memory is firmware, as Betaflight has it', async () => {
    const { board, hand } = boardWith();
    await makeBoard(board, hand(), imageOf(64, FLASH, 0x1000_fff0));
    await returned(board);
    expect(board.presence).toBe('application');
  });

  test('takes the time of an enumeration', async () => {
    const { board, clock, hand } = boardWith({ contents: 'used' });
    const host = hand();
    const left = leave(board, host);
    await left;
    expect(clock.now()).toBeGreaterThan(F405.timing.returnMs);
    expect(board.presence).toBe('application');
  });
});
