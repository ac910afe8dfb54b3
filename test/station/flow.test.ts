import type { Misbehaviour } from '@flashline/virtual-boards';
import { afterEach, describe, expect, test } from 'vitest';
import { done, handsMove, Line, startOrder } from '../support/line.ts';

let line: Line;

afterEach(() => line.close());

describe('a station', () => {
  test('flashes every board that is plugged in, proves it, records it, and stops at the quantity', async () => {
    line = await Line.open(4);
    const { client } = await line.station();
    const { id } = await startOrder(client, 3);
    for (const path of line.paths) await line.plug(path);
    await client.until((event) => (event.on === 'order' || event.on === 'snapshot') && event.order?.state !== 'active');

    expect(await client.readOrder(id)).toMatchObject({ state: 'completed', counts: { good: 3, left: 0 } });
    const attempts = await client.attempts();
    expect(attempts).toHaveLength(3);
    for (const attempt of attempts) {
      expect(attempt).toMatchObject({ orderId: id, simulated: true, result: { outcome: 'pass', fault: null } });
      expect(attempt.result?.readback).toEqual(attempt.intended);
      expect(attempt.result?.phases.map(({ name }) => name)).toEqual([
        'identify',
        'plan',
        'erase',
        'write',
        'verify',
        'leave',
        'confirm',
      ]);
      expect(await line.isFlashed(attempt.slot)).toBe(true);
    }
    const flashed = attempts.map(({ slot }) => slot);
    const [spare = ''] = line.paths.filter((path) => !flashed.includes(path));
    expect(await line.isFlashed(spare)).toBe(false);
    expect((await line.bench.report(spare)).transfers).toBe(0);
  });

  const BAD_BOARDS: readonly (readonly [Misbehaviour, string, string])[] = [
    [{ kind: 'unplug', at: 60 }, 'fail', 'BOARD_GONE'],
    [{ kind: 'bit-flip', address: 0x0800_8123, bit: 3 }, 'fail', 'VERIFY_MISMATCH'],
    [{ kind: 'silent-write-loss', address: 0x0800_9000, length: 64 }, 'fail', 'VERIFY_MISMATCH'],
    [{ kind: 'read-protected' }, 'fail', 'BOARD_READ_PROTECTED'],
    [{ kind: 'refuses-to-leave' }, 'fail', 'LEAVE_REFUSED'],
  ];

  test('gives a bad board its own verdict and its neighbours theirs', async () => {
    line = await Line.open(BAD_BOARDS.length + 1);
    const { client } = await line.station();
    await startOrder(client, 10);
    const [good = '', ...bad] = line.paths;
    await line.plug(good);
    await Promise.all(bad.map((path, n) => line.plug(path, { misbehaviours: [BAD_BOARDS[n]?.[0] as Misbehaviour] })));

    expect(await done(client, good)).toMatchObject({ outcome: 'pass' });
    for (const [n, path] of bad.entries()) {
      const [, outcome, fault] = BAD_BOARDS[n] ?? [];
      expect(await done(client, path)).toMatchObject({ outcome, fault });
    }
  });

  test('tells of a board that is pulled in mid-write within its own slot, and takes the next one', async () => {
    line = await Line.open(2, 0.2);
    const { client } = await line.station();
    await startOrder(client, 10);
    const [pulled = '', other = ''] = line.paths;
    // A phase that is over within a tenth of a second need not be shown.
    await line.plug(pulled, { misbehaviours: [{ kind: 'slow', factor: 8 }] });
    await line.plug(other);
    await client.slotUntil(pulled, ({ state }) => state.is === 'running' && state.phase === 'write');
    await line.bench.unplug(pulled);
    // The result and the empty port are told by different processes, in either order.
    const gone = await client.slotUntil(pulled, ({ state }) => state.is === 'done' && !state.present);
    expect(gone.state).toMatchObject({ outcome: 'fail', fault: 'BOARD_GONE' });
    expect(await done(client, other)).toMatchObject({ outcome: 'pass' });

    const { seatingId } = await done(client, pulled);
    await handsMove();
    await line.plug(pulled);
    const { state } = await client.slotUntil(
      pulled,
      (slot) => slot.state.is === 'done' && slot.state.seatingId !== seatingId,
    );
    expect(state).toMatchObject({ outcome: 'pass' });
  });

  test('flashes a seating once, and again only when it is asked to', async () => {
    line = await Line.open(1);
    const { client } = await line.station();
    const { id } = await startOrder(client, 10);
    const [path = ''] = line.paths;
    await line.plug(path, { misbehaviours: [{ kind: 'refuses-to-leave' }] });
    const first = await done(client, path);
    expect(first).toMatchObject({ fault: 'LEAVE_REFUSED' });
    expect(await client.attempts()).toHaveLength(1);

    const { runs } = await client.runs({ slots: [{ slot: path, unit: 'SN-0001' }] });
    expect(runs).toEqual([{ slot: path, attemptId: expect.any(String), fault: null }]);
    await client.until((event) => event.on === 'attempt' && event.attempt.attemptId === runs[0]?.attemptId);
    const [again] = await client.attempts();
    expect(again).toMatchObject({ unit: 'SN-0001', seatingId: first.seatingId, orderId: id });
  });

  test('lets a person stop an attempt, and calls it aborted', async () => {
    line = await Line.open(1, 0.5);
    const { client } = await line.station();
    await startOrder(client, 1);
    const [path = ''] = line.paths;
    await line.plug(path);
    const { state } = await client.slotUntil(
      path,
      (slot) => slot.state.is === 'running' && slot.state.phase === 'erase',
    );
    if (state.is !== 'running') throw new Error('unreachable');
    await client.json(`attempts/${state.attemptId}/actions/cancel`, { method: 'POST' }).catch(() => {});
    expect(await done(client, path)).toMatchObject({ outcome: 'aborted', fault: 'CANCELLED' });
  });
});
