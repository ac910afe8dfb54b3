import { afterEach, describe, expect, test } from 'vitest';
import { done, handsMove, Line, startOrder } from '../support/line.ts';

let line: Line;

afterEach(() => line.close());

const R = { enter: { by: 'character', character: 'R' } } as const;
/** Firmware as it comes from the field, on a board in its slot. */
const running = { mode: 'application', contents: 'used' } as const;

/** A station that was killed after it had flashed a board that runs its firmware now. */
async function killedAfterAPass(): Promise<{ path: string; attemptId: string }> {
  const { running: process, client } = await line.station();
  await startOrder(client, 5, R);
  const [path = ''] = line.paths;
  await line.plug(path, running);
  const { attemptId } = await done(client, path);
  await client.slotUntil(path, ({ state }) => state.is === 'done' && state.present);
  await process.kill();
  return { path, attemptId };
}

describe('a verdict stays with its board', () => {
  test('over a restart of the station, while the board that runs its firmware stays', async () => {
    line = await Line.open(2);
    const { path, attemptId } = await killedAfterAPass();

    const { client } = await line.station();
    const again = await client.slotUntil(path, ({ state }) => state.is === 'done' && state.present);
    expect(again.state).toMatchObject({ attemptId, outcome: 'pass' });
  });

  test('over a restart of the station, and not on a board that was swapped in meanwhile', async () => {
    line = await Line.open(2);
    const { path, attemptId } = await killedAfterAPass();
    await line.bench.unplug(path);
    await line.plug(path, { ...running, seed: 7 });

    const { client } = await line.station();
    const { state } = await client.slotUntil(path, ({ state: { is } }) => is === 'waiting');
    expect(state).toMatchObject({ perhapsOf: attemptId });
    await line.othersAreServed(client);
    expect((await line.bench.report(path)).transfers).toBe(0);

    // A person says so.
    await client.runs({ slots: [{ slot: path }] });
    expect(await done(client, path)).toMatchObject({ outcome: 'pass' });
    expect(await line.isFlashed(path)).toBe(true);
  });

  test('and not on a board with firmware that comes when that of the one before may just be restarting', async () => {
    line = await Line.open(2);
    const { client } = await line.station();
    await startOrder(client, 5, R);
    const [path = ''] = line.paths;
    await line.plug(path);
    const { attemptId } = await done(client, path);
    await client.slotUntil(path, ({ state }) => state.is === 'done' && state.present && !state.ready);
    await line.bench.unplug(path);
    await handsMove();
    await handsMove();
    await line.plug(path, { ...running, seed: 7 });
    const { state } = await client.slotUntil(path, ({ state: { is } }) => is === 'waiting');
    expect(state).toMatchObject({ perhapsOf: attemptId });
  });

  test('and a board whose attempt was stopped while it was asked is left alone', async () => {
    line = await Line.open(2);
    const { client } = await line.station();
    await startOrder(client, 5, R);
    const [path = ''] = line.paths;
    // It does not listen, so it is still being asked when it is stopped.
    await line.plug(path, { ...running, application: { accepts: ['touch-1200'] } });
    const { state } = await client.slotUntil(path, ({ state: { is } }) => is === 'running');
    if (state.is !== 'running') throw new Error('unreachable');
    await client.json(`attempts/${state.attemptId}/actions/cancel`, { method: 'POST' }).catch(() => {});
    expect(await done(client, path)).toMatchObject({ outcome: 'aborted', fault: 'CANCELLED' });
    await line.othersAreServed(client);
    expect(await client.attempts()).toHaveLength(2);
    expect((await line.bench.report(path)).transfers).toBe(0);
  });
});
