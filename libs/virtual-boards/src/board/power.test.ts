import { describe, expect, test } from 'vitest';
import { F072 } from '../chip/parts/f0-f1-f3.ts';
import { F405 } from '../chip/parts/f4-f7.ts';
import { H743 } from '../chip/parts/h7.ts';
import { REQUEST } from '../rom/dfu-words.ts';
import { boardWith, FLASH, makeBoard, NOTHING, returned, sectorsUnder } from '../testing/board-rig.ts';
import { command, flashByHand, getStatus, type Hand, imageOf, operate } from '../testing/hand-host.ts';
import type { VirtualBoard } from './board.ts';

const image = imageOf(6000);
const weakAt = (board: VirtualBoard) => board.memory.weak().map(({ address }) => address);
const sinsOf = (board: VirtualBoard) => board.report().sins.map(({ sin }) => sin);

/** Starts an operation and comes back while the board is busy with it. */
async function start({ port }: Hand, block: number, data: Uint8Array): Promise<void> {
  await port.controlOut(REQUEST.download, block, data, 5000);
  expect(await getStatus({ port })).toMatchObject({ state: 'dfuDNBUSY' });
}

describe('a board that is pulled', () => {
  test('during an erase is left with a weak sector, after it with a blank one', async () => {
    for (const [waitMs, expected] of [
      [100, [FLASH]],
      [251, []],
    ] as const) {
      const { board, clock, hand } = boardWith({ contents: 'used' });
      await start(hand(), 0, command(0x41, FLASH));
      await clock.sleep(waitMs);
      board.pull();
      expect(weakAt(board), `${waitMs} ms`).toEqual(expected);
    }
  });

  test('during a write has written a part of it', async () => {
    const { board, clock, hand } = boardWith();
    await start(hand(), 2, new Uint8Array(2048));
    await clock.sleep(4.096);
    board.pull();
    const written = board.memory.read(FLASH, 2048).filter((byte) => byte === 0).length;
    expect(written).toBeGreaterThan(1000);
    expect(written).toBeLessThan(1050);
  });

  test('before its dfuDNBUSY has reached the host has done nothing', async () => {
    const { board, hand } = boardWith({ contents: 'used' });
    const before = board.memory.digest(FLASH, 0x4000);
    const { port } = hand();
    await port.controlOut(REQUEST.download, 0, command(0x41, FLASH), 5000);
    const asking = getStatus({ port });
    board.pull();
    await expect(asking).rejects.toMatchObject({ trouble: 'gone' });
    expect([board.memory.digest(FLASH, 0x4000), weakAt(board)]).toEqual([before, []]);
  });

  test('in the middle of a mass erase has some of its sectors', async () => {
    const { board, clock, hand } = boardWith({ contents: 'used' });
    await start(hand(), 0, Uint8Array.of(0x41));
    await clock.sleep(8100);
    board.pull();
    expect(weakAt(board)).toEqual([0x0804_0000]);
  });

  test('while it is away for a read-unprotect stays protected', async () => {
    const { board, clock, hand } = boardWith({ contents: 'used', misbehaviours: [{ kind: 'read-protected' }] });
    await start(hand(), 0, Uint8Array.of(0x92));
    await clock.sleep(8000);
    board.pull();
    board.replug();
    await expect(operate(hand(), 0, command(0x41, FLASH))).rejects.toThrow('errVENDOR');
  });
});

describe('an unplug', () => {
  test('at the question after an operation tears what is still running', async () => {
    const { board, hand } = boardWith({ contents: 'used', misbehaviours: [{ kind: 'unplug', at: 3 }] });
    const host = hand();
    await start(host, 0, command(0x41, FLASH));
    await expect(getStatus(host)).rejects.toMatchObject({ trouble: 'gone' });
    expect([board.presence, weakAt(board)]).toEqual(['pulled', []]);
    const early = boardWith({ contents: 'used', misbehaviours: [{ kind: 'unplug', at: 3 }] });
    const eager = early.hand();
    await start(eager, 0, command(0x41, FLASH));
    await early.clock.sleep(20);
    await expect(getStatus(eager)).rejects.toMatchObject({ trouble: 'gone' });
    expect(weakAt(early.board)).toEqual([FLASH]);
  });

  test('some time after a transfer strikes a host that does not ask', async () => {
    const misbehaviours = [{ kind: 'unplug', at: 2, afterMs: 15 }] as const;
    const { board, clock, hand } = boardWith({ contents: 'used', misbehaviours }, F072);
    const host = hand();
    await start(host, 0, command(0x41, FLASH));
    await clock.sleep(30);
    await expect(getStatus(host)).rejects.toMatchObject({ trouble: 'gone' });
    expect([board.presence, weakAt(board)]).toEqual(['pulled', [FLASH]]);
  });

  test('some time after a transfer that makes the board leave does not come', async () => {
    const misbehaviours = [{ kind: 'unplug', at: 2, afterMs: 15 }] as const;
    const { board, hand } = boardWith({ contents: 'used', misbehaviours });
    const { port } = hand();
    await port.controlOut(REQUEST.download, 0, NOTHING, 500);
    await getStatus({ port });
    await returned(board);
    expect(board.presence).toBe('application');
  });
});

describe('a board that is plugged in again', () => {
  test('keeps its memory and its counts, and starts its ROM anew', async () => {
    const { board, hand } = boardWith();
    const host = hand();
    await flashByHand(host, sectorsUnder(board, image.length), FLASH, image);
    const { transfers, wear } = board.report();
    board.pull();
    await expect(getStatus(host)).rejects.toMatchObject({ trouble: 'gone' });
    board.replug();
    expect(board.report()).toMatchObject({ presence: 'dfu', state: 'dfuIDLE', transfers, wear });
    expect(board.memory.read(FLASH, image.length)).toEqual(image);
    await expect(getStatus(host), 'the old port stays dead').rejects.toMatchObject({ trouble: 'gone' });
    expect(await getStatus(hand())).toMatchObject({ state: 'dfuIDLE' });
    expect(board.report().transfers).toBe(transfers + 1);
  });

  test('is done with what happens to transfers, and keeps what is wrong with it', async () => {
    const { board, hand } = boardWith({
      misbehaviours: [
        { kind: 'found-in', state: 'dfuERROR' },
        { kind: 'hang', at: 1 },
        { kind: 'bit-flip', address: FLASH + 9, bit: 0 },
      ],
    });
    expect(board.report().state).toBe('dfuERROR');
    board.pull();
    board.replug();
    expect(board.report().state).toBe('dfuIDLE');
    await expect(makeBoard(board, hand(), image)).rejects.toThrow('read-back differs');
  });

  test('is not protected again after somebody freed it', async () => {
    const { board, hand } = boardWith({ misbehaviours: [{ kind: 'read-protected' }] });
    await start(hand(), 0, Uint8Array.of(0x92));
    await returned(board);
    board.pull();
    board.replug();
    await makeBoard(board, hand(), image);
  });

  test('changes nothing while it is plugged in', () => {
    const { board } = boardWith();
    board.replug();
    expect(board.report()).toMatchObject({ presence: 'dfu', transfers: 0 });
  });
});

describe('a weak sector', () => {
  test('is a sin to program, whatever it reads as, until it was erased again', async () => {
    for (let seed = 1; seed <= 6; seed++) {
      const { board, clock, hand } = boardWith({ contents: 'used', seed });
      await start(hand(), 0, command(0x41, FLASH));
      await clock.sleep(100);
      board.pull();
      board.replug();
      const host = hand();
      await operate(host, 2, Uint8Array.of(0));
      expect(sinsOf(board), `seed ${seed}`).toContain('trusted-weak-erase');
      const before = board.report().sins.length;
      await operate(host, 0, command(0x41, FLASH));
      await operate(host, 2, Uint8Array.of(0));
      expect(board.report().sins).toHaveLength(before);
    }
  });

  test('can be made good and become a board', async () => {
    const { board, clock, hand } = boardWith({ contents: 'used' }, H743);
    await start(hand(), 0, command(0x41, FLASH));
    await clock.sleep(300);
    board.pull();
    board.replug();
    await makeBoard(board, hand(), image);
    expect(sinsOf(board)).toEqual([]);
  });
});

describe('read protection level 2', () => {
  /** Writes the option bytes and waits until the board has settled. */
  async function close(board: VirtualBoard, host: Hand): Promise<void> {
    await host.port.selectAlternate(1);
    await operate(host, 0, command(0x21, 0x1fff_c000));
    await start(host, 2, Uint8Array.of(0xef, 0xcc));
    await expect(getStatus(host)).rejects.toMatchObject({ trouble: 'gone' });
    expect(board.presence).toBe('away');
  }

  test('has no bootloader to come back in: the firmware starts, now and whenever it gets power', async () => {
    const { board, hand } = boardWith({ contents: 'used' }, F405);
    await close(board, hand());
    await returned(board);
    expect(board.presence).toBe('application');
    board.pull();
    board.replug();
    expect(board.presence).toBe('application');
    expect(() => board.open()).toThrow(expect.objectContaining({ code: 'BOARD_GONE' }));
  });

  test('without a firmware is the end of the board', async () => {
    const { board, clock, hand } = boardWith({}, F405);
    await close(board, hand());
    await clock.sleep(10_000);
    expect([board.presence, board.identity()]).toEqual(['away', null]);
  });
});
