import type { BootloaderEntry } from '@flashline/contracts';
import { afterEach, describe, expect, test } from 'vitest';
import { done, handsMove, Line, startOrder } from '../support/line.ts';

let line: Line;

afterEach(() => line.close());

const VERSION = { hail: '#' as const, command: 'version', contains: 'STM32F405 4.5.1' };
const LOOKING = { vendorId: 0x0483, productId: 0x5740, serial: 'same' as const, version: VERSION };
/** Firmware as it comes from the field, on a board in its slot. */
const running = { mode: 'application', contents: 'used' } as const;

describe('boards that run their firmware', () => {
  test.each<[string, BootloaderEntry, object]>([
    ['R', { by: 'character', character: 'R' }, {}],
    ['MSP', { by: 'msp', into: 'auto' }, {}],
    ['a command', { by: 'cli', hail: '#', command: 'bl' }, {}],
    ['the command of iNav', { by: 'cli', hail: '####', command: 'dfu' }, { accepts: ['cli-dfu'], cancels: 'packet' }],
    ['1200 baud', { by: 'touch-1200' }, { accepts: ['touch-1200'] }],
    ['DFU DETACH', { by: 'dfu-detach' }, { accepts: ['dfu-detach'] }],
  ])(
    'are asked into their bootloader by %s, flashed, and come back to what the recipe looks for',
    async (_, enter, says) => {
      line = await Line.open(2);
      const { client } = await line.station();
      await startOrder(client, 2, { enter, application: LOOKING });
      const application = { version: 'Betaflight / STM32F405 4.5.1', ...says };
      for (const [n, path] of line.paths.entries()) await line.plug(path, { ...running, seed: n, application });
      for (const path of line.paths) {
        expect(await done(client, path)).toMatchObject({ outcome: 'pass', fault: null });
        expect(await line.isFlashed(path)).toBe(true);
      }
      const attempts = await client.attempts();
      expect(attempts).toHaveLength(2);
      for (const { result } of attempts)
        expect(result).toMatchObject({
          board: { productId: 0xdf11 },
          application: { vendorId: 0x0483, productId: 0x5740, version: expect.stringContaining('STM32F405 4.5.1') },
        });
    },
  );

  test('stay as they are where the recipe does not say how to ask them, and are not taken for strangers', async () => {
    line = await Line.open(1);
    const { client } = await line.station();
    await startOrder(client, 1);
    const [path = ''] = line.paths;
    await line.plug(path, running);
    await client.slotUntil(path, ({ state }) => state.is === 'waiting' && !state.ready);
    expect((await line.bench.report(path)).transfers).toBe(0);
    expect(await client.attempts()).toEqual([]);
  });

  test('that do not obey have failed, and are asked again only after they were pulled', async () => {
    line = await Line.open(1, 0.1);
    const { client } = await line.station();
    await startOrder(client, 5, { enter: { by: 'touch-1200' } });
    const [path = ''] = line.paths;
    await line.plug(path, { ...running, application: { accepts: ['character'] } });
    expect(await done(client, path)).toMatchObject({ outcome: 'error', fault: 'BOOTLOADER_NOT_ENTERED' });
    // Somebody reads that first.
    await handsMove();
    await handsMove();
    await line.bench.unplug(path);
    await handsMove();
    await handsMove();
    await line.bench.replug(path);
    await client.slotUntil(path, ({ state }) => state.is === 'done' && state.present);
    await expect.poll(async () => (await client.attempts()).length, { timeout: 20_000 }).toBe(2);
  });

  test('are not asked a second time when they come back to their firmware after a pass', async () => {
    line = await Line.open(2);
    const { client } = await line.station();
    await startOrder(client, 5, { enter: { by: 'character', character: 'R' } });
    const [path = ''] = line.paths;
    await line.plug(path, running);
    expect(await done(client, path)).toMatchObject({ outcome: 'pass' });
    await client.slotUntil(path, ({ state }) => state.is === 'done' && state.present);
    await line.othersAreServed(client);
    expect(await client.attempts()).toHaveLength(2);
  });

  test('with other firmware than the order makes are its fault, not the board’s', async () => {
    line = await Line.open(1);
    const { client } = await line.station();
    const version = { ...VERSION, contains: '9.9.9' };
    await startOrder(client, 1, { application: { vendorId: 0x0483, deadlineMs: 3_000, version } });
    const [path = ''] = line.paths;
    await line.plug(path);
    expect(await done(client, path)).toMatchObject({ outcome: 'error', fault: 'APPLICATION_WRONG' });
    expect((await client.attempts())[0]?.result?.readback).not.toBeNull();
  });
});
