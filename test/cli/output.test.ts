import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect } from 'vitest';
import { BLINKY, done, startOrder } from '../support/line.ts';
import { type Finished, flashline, Running } from '../support/processes.ts';
import { test } from './two-slots.ts';

const CLI = fileURLToPath(new URL('../../apps/cli/bin/flashline.mjs', import.meta.url));
const FULL = '/dev/full';
const BIT_FLIP = { kind: 'bit-flip', address: 0x0800_8123, bit: 3 } as const;

/** As `head` ends when it has seen enough. */
function stopReading({ child }: Running): void {
  child.stdout?.destroy();
  child.stderr?.destroy();
}

/** Runs `flashline` to its end with its output where a shell is told to put it. */
function redirected(where: string, args: readonly string[]): Promise<Pick<Finished, 'code' | 'stderr'>> {
  const words = ['-c', `exec "$@" ${where}`, 'sh', process.execPath, CLI, ...args];
  return new Promise((resolve) => {
    const child = execFile('sh', words, (_failed, _stdout, stderr) => resolve({ code: child.exitCode, stderr }));
  });
}

describe('a command whose output nobody reads any more', () => {
  test('finishes its boards, and ends with the code of the work', async ({ line, direct, one, two }) => {
    await line.plug(one);
    const good = new Running(['flash', BLINKY, ...direct.options('flash')]);
    stopReading(good);
    expect(await good.ended).toBe(0);
    expect(await line.isFlashed(one)).toBe(true);
    expect(await direct.files(), 'what is kept until a board has passed is gone').toEqual([]);

    await line.plug(two, { misbehaviours: [BIT_FLIP] });
    const bad = new Running(['flash', BLINKY, ...direct.options('flash')]);
    stopReading(bad);
    expect(await bad.ended).toBe(1);
    expect(await direct.files()).toHaveLength(1);
  });

  test('also when that was so from the middle of it', async ({ line, direct, one }) => {
    await line.plug(one);
    const running = new Running(['flash', BLINKY, ...direct.options('flash', 1)]);
    running.child.stderr?.once('data', () => stopReading(running));
    expect(await running.ended).toBe(0);
    expect(await line.isFlashed(one)).toBe(true);
  });

  test('ends well when all it had to do was to print', async () => {
    const running = new Running(['--help']);
    stopReading(running);
    expect(await running.ended).toBe(0);
  });

  test('is a station that records what it flashes', async ({ line, one }) => {
    const { running, client } = await line.station();
    stopReading(running);
    await startOrder(client, 1);
    await line.plug(one);
    expect(await done(client, one)).toMatchObject({ outcome: 'pass' });
    expect(await running.stop()).toBe(0);
    const { code, stdout } = await flashline(['ledger', 'verify', '--data', line.folder, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ attempts: 1, results: 1, open: 0, isSound: true });
  });
});

describe.skipIf(!existsSync(FULL))('a command whose output finds no room', () => {
  test('finishes its boards, says so once, and does not end well', async ({ line, direct, one, two }) => {
    await line.plug(one);
    const good = await redirected(`>${FULL}`, ['flash', BLINKY, '--json', ...direct.options('flash')]);
    expect(good.code).toBe(3);
    expect(good.stderr.match(/^OUTPUT_LOST: .*ENOSPC/gm)).toHaveLength(1);
    expect(await line.isFlashed(one)).toBe(true);

    await line.bench.unplug(one);
    await line.plug(two, { misbehaviours: [BIT_FLIP] });
    const bad = await redirected(`>${FULL}`, ['flash', BLINKY, '--json', ...direct.options('flash')]);
    expect(bad.code).toBe(1);
    expect(bad.stderr).toMatch(/^OUTPUT_LOST: /m);
  });

  test('takes no harm where it cannot say so either', async ({ line, direct, one }) => {
    await line.plug(one);
    const { code } = await redirected(`>${FULL} 2>&1`, ['flash', BLINKY, ...direct.options('flash')]);
    expect(code).toBe(3);
    expect(await line.isFlashed(one)).toBe(true);
  });
});
