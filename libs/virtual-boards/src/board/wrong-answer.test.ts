import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { REQUEST } from '../rom/dfu-words.ts';
import { boardWith, FLASH, NOTHING } from '../testing/board-rig.ts';
import { command, getStatus, operate } from '../testing/hand-host.ts';
import { wronglyAnswered, wronglyHeard } from './wrong-answer.ts';

const ask = (request: number, length: number, data = NOTHING) =>
  ({ direction: 'in', request, value: 0, length, data }) as const;
const anySeed = fc.integer({ min: 0, max: 0xffff_ffff });
const differences = (a: Uint8Array, b: Uint8Array) => [...a.keys()].filter((n) => a[n] !== b[n]);

describe('a wrong answer', () => {
  test('to GETSTATUS differs in its status or in its state, and is as long', () => {
    fc.assert(
      fc.property(anySeed, (seed) => {
        const right = Uint8Array.of(0, 104, 0, 0, 5, 0);
        const wrong = wronglyAnswered(ask(REQUEST.getStatus, 6), right, seed);
        expect(wrong).toHaveLength(6);
        expect([[0], [4]]).toContainEqual(differences(right, wrong));
      }),
    );
  });

  test('to GETSTATUS is of many kinds: statuses and states that exist, and some that do not', () => {
    const wrong = Array.from({ length: 300 }, (_, seed) =>
      wronglyAnswered(ask(REQUEST.getStatus, 6), Uint8Array.of(0, 0, 0, 0, 5, 0), seed),
    );
    const states = new Set(wrong.map((bytes) => bytes[4] ?? 0));
    const statuses = new Set(wrong.map((bytes) => bytes[0] ?? 0));
    for (let state = 0; state <= 10; state++) expect(states).toContain(state);
    for (let status = 0; status <= 15; status++) expect(statuses).toContain(status);
    expect(Math.max(...states)).toBeGreaterThan(10);
    expect(Math.max(...statuses)).toBeGreaterThan(15);
  });

  test('to GETSTATE is another state', () => {
    for (let seed = 0; seed < 50; seed++)
      expect(wronglyAnswered(ask(REQUEST.getState, 1), Uint8Array.of(2), seed)).not.toEqual(Uint8Array.of(2));
  });

  test('to UPLOAD, and data on their way, differ in one bit; what is empty stays empty', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), anySeed, (bytes, seed) => {
        const heard = wronglyHeard({ ...ask(REQUEST.download, bytes.length, bytes), direction: 'out' }, seed);
        for (const wrong of [wronglyAnswered(ask(REQUEST.upload, 64), bytes, seed), heard.data]) {
          const bits = differences(bytes, wrong).map((n) => (bytes[n] ?? 0) ^ (wrong[n] ?? 0));
          expect(bits.length).toBe(bytes.length === 0 ? 0 : 1);
          for (const bit of bits) expect(Math.log2(bit) % 1).toBe(0);
        }
      }),
    );
  });

  test('comes once, the same for the same seed, and leaves the board as it is', async () => {
    const answers = [];
    for (const seed of [3, 3, 4]) {
      const { hand } = boardWith({ misbehaviours: [{ kind: 'wrong-answer', at: 1, seed }] });
      const host = hand();
      answers.push(JSON.stringify([...(await host.port.controlIn(REQUEST.getStatus, 0, 6, 500))]));
      expect(await getStatus(host)).toEqual({ status: 'OK', state: 'dfuIDLE', pollTimeoutMs: 0 });
    }
    expect(answers[0]).toBe(answers[1]);
    expect(answers[0]).not.toBe(answers[2]);
  });

  test('of a write puts one wrong bit into flash', async () => {
    const { board, hand } = boardWith({ misbehaviours: [{ kind: 'wrong-answer', at: 1 }] });
    const data = new Uint8Array(64).fill(0xaa);
    await operate(hand(), 2, data);
    expect(differences(board.memory.read(FLASH, 64), data)).toHaveLength(1);
  });
});

describe('a short answer', () => {
  test('lacks its last byte, once', async () => {
    const { hand } = boardWith({ misbehaviours: [{ kind: 'short-answer', at: 1 }] });
    const { port } = hand();
    expect(await port.controlIn(REQUEST.getStatus, 0, 6, 500)).toEqual(Uint8Array.of(0, 0, 0, 0, 2));
    expect(await port.controlIn(REQUEST.getStatus, 0, 6, 500)).toHaveLength(6);
  });

  test('to UPLOAD does not tell the board that the host got less', async () => {
    const { board, hand } = boardWith({ contents: 'used', misbehaviours: [{ kind: 'short-answer', at: 1 }] });
    const { port } = hand();
    expect(await port.controlIn(REQUEST.upload, 2, 64, 500)).toEqual(board.memory.read(FLASH, 63));
    expect(board.report().state).toBe('dfuUPLOAD-IDLE');
  });

  test('to an OUT transfer is none at all, and the board has done what it was told', async () => {
    const { board, clock, hand } = boardWith({ misbehaviours: [{ kind: 'short-answer', at: 1 }] });
    const { port } = hand();
    const sending = port.controlOut(REQUEST.download, 0, command(0x21, FLASH), 500);
    await expect(sending).rejects.toMatchObject({ trouble: 'timeout' });
    expect(clock.now()).toBeCloseTo(500, 6);
    expect(board.report().state).toBe('dfuDNLOAD-SYNC');
  });
});
