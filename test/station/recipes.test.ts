import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { done, handsMove, Line, startOrder } from '../support/line.ts';

const FLASH = 0x0800_0000;

let line: Line;

afterEach(() => line.close());

describe('an order with a recipe', () => {
  test('unprotects a board, waits for it on its port and flashes it, all in one seating and one attempt', async () => {
    line = await Line.open(2);
    const { client } = await line.station();
    await startOrder(client, 2, { unprotect: true });
    for (const path of line.paths) await line.plug(path, { misbehaviours: [{ kind: 'read-protected' }] });
    for (const path of line.paths) {
      expect(await done(client, path)).toMatchObject({ outcome: 'pass', fault: null });
      expect(await line.isFlashed(path)).toBe(true);
    }
    const attempts = await client.attempts();
    expect(new Set(attempts.map(({ seatingId }) => seatingId)).size).toBe(2);
    expect(attempts).toHaveLength(2);
  });

  test('locks a board and keeps what was there before and after in its record', async () => {
    line = await Line.open(1);
    const { client } = await line.station();
    const lock = [{ memory: 'option-bytes' as const, address: 0x1fff_c000, data: 'ec' }];
    await startOrder(client, 1, { lock });
    const [path = ''] = line.paths;
    await line.plug(path);
    expect(await done(client, path)).toMatchObject({ outcome: 'pass' });
    const [attempt] = await client.attempts();
    expect(attempt?.result?.locked).toMatchObject([{ memory: 'option-bytes', address: 0x1fff_c000 }]);
    const { before = '', after = '' } = attempt?.result?.locked[0] ?? {};
    expect([before.slice(0, 2), after]).toEqual(['ef', `ec${before.slice(2)}`]);
  });

  test('that preserves a range gives it back, and keeps it on disk while the board does not have it', async () => {
    line = await Line.open(1, 1);
    const { client } = await line.station();
    // Behind the first part of the sample image, in its last sector.
    const kept = { address: FLASH + 0x1f000, bytes: 256 };
    await startOrder(client, 10, { preserve: [kept] });
    const [path = ''] = line.paths;
    await using stream = await client.follow();
    await line.plug(path);
    const inside = async () => (await line.bench.inspect(path, { address: kept.address, length: kept.bytes })).sha256;
    const before = await inside();
    await stream.slotUntil(path, ({ state }) => state.is === 'running' && state.phase === 'write');
    const safe = join(line.folder, 'preserved');
    expect(await readdir(safe)).toHaveLength(1);
    await done(client, path);
    expect(await readdir(safe)).toEqual([]);
    expect(await inside()).toBe(before);
  });
});

describe('a board that was pulled in mid-erase', () => {
  test('is not believed when it comes back: what it holds may read blank and be weak', async () => {
    line = await Line.open(2, 0.2);
    const { client } = await line.station();
    await startOrder(client, 10);
    const [path = ''] = line.paths;
    await line.plug(path, { contents: 'used', seed: 7, misbehaviours: [{ kind: 'unplug', at: 14, afterMs: 10 }] });
    await client.slotUntil(path, ({ state }) => state.is === 'done' && !state.present);
    await handsMove();
    await line.bench.replug(path);
    await client.slotUntil(path, ({ state }) => state.is === 'done' && state.outcome === 'pass');
    const { sins, wear } = await line.bench.report(path);
    expect(sins.map(({ sin }) => sin)).not.toContain('trusted-weak-erase');
    expect(wear.filter(({ did, count }) => did === 'erase' && count === 2).length).toBeGreaterThan(0);
    const [first, second] = (await client.attempts()).toSorted((a, b) => a.seq - b.seq);
    expect(first?.result).toMatchObject({ fault: 'BOARD_GONE', faultDetails: { phase: 'erase' } });
    expect(second?.result?.phases.find(({ name }) => name === 'plan')?.bytes).toBe(0);
  });
});
