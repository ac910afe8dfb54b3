import { createHash } from 'node:crypto';
import { type DfuBus, systemClock } from '@flashline/dfuse';
import { afterEach, describe, expect, test } from 'vitest';
import type { BoardReport } from '../board/board.ts';
import type { BoardSpec } from '../board/board-spec.ts';
import { connectBench } from '../remote/bench-client.ts';
import { serveBench } from '../remote/bench-server.ts';
import { REQUEST } from '../rom/dfu-words.ts';
import { command, flashByHand, getStatus, imageOf, leaveByHand, operate } from '../testing/hand-host.ts';
import { type Inspected, type Inspection, VirtualBench } from './bench.ts';

const FLASH = 0x0800_0000;
const NOTHING = new Uint8Array(0);
const clock = systemClock(0);

/** What both benches can do, one of them at once. */
interface AnyBench extends DfuBus {
  plug(path: string, spec: BoardSpec): void | Promise<void>;
  unplug(path: string): void | Promise<void>;
  replug(path: string): void | Promise<void>;
  inspect(path: string, inspection: Inspection): Inspected | Promise<Inspected>;
  report(path: string): BoardReport | Promise<BoardReport>;
}

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

function localBench(speed: number): Promise<AnyBench> {
  const bench = new VirtualBench({ clock: systemClock(), speed });
  endings.push(() => bench.close());
  return Promise.resolve(bench);
}

async function remoteBench(speed: number): Promise<AnyBench> {
  const bench = new VirtualBench({ clock: systemClock(), speed });
  const served = await serveBench(bench);
  const remote = await connectBench(served.address);
  endings.push(
    () => bench.close(),
    () => served.close(),
    () => remote.close(),
  );
  return remote;
}

/** What an asynchronous or a throwing call ends with. */
async function failureOf(act: () => unknown): Promise<unknown> {
  try {
    await act();
  } catch (error) {
    return error;
  }
  return 'no failure';
}

/** Resolves when the bus shows what is waited for; looks again at every hint. */
async function until(bench: AnyBench, isSo: () => Promise<boolean>): Promise<void> {
  for (;;) {
    let stop = () => {};
    const hinted = new Promise<void>((resolve) => {
      stop = bench.watch(resolve);
    });
    if (await isSo()) return stop();
    await hinted;
    stop();
  }
}

describe.each([
  ['in process', localBench],
  ['over a socket', remoteBench],
])('a bench %s', (_where, makeBench) => {
  test('shows what is plugged, with its port and a new address for every enumeration', async () => {
    const bench = await makeBench(0);
    expect(await bench.list()).toEqual([]);
    await bench.plug('1-1.1', { seed: 1 });
    await bench.plug('1-2.3', { seed: 2, mode: 'application' });
    const [first, second] = await bench.list();
    expect(first).toMatchObject({ path: '1-1.1', vendorId: 0x0483, productId: 0xdf11, bcdDevice: 0x2200, mode: 'dfu' });
    expect(second).toMatchObject({ path: '1-2.3', productId: 0x5740, usbSerial: '0x8000000', mode: 'application' });
    await bench.unplug('1-1.1');
    expect((await bench.list()).map(({ path }) => path)).toEqual(['1-2.3']);
    await bench.plug('1-1.1', { seed: 1 });
    const again = (await bench.list()).find(({ path }) => path === '1-1.1');
    expect(again?.address).toBeGreaterThan(second?.address ?? 0);
    expect(again?.usbSerial).toBe(first?.usbSerial);
  });

  test('hints when something is plugged, pulled, leaves and comes back, until it is told to stop', async () => {
    const bench = await makeBench(0);
    let hints = 0;
    const stop = bench.watch(() => hints++);
    await bench.plug('1-1.1', {});
    await bench.unplug('1-1.1');
    await until(bench, () => Promise.resolve(hints === 2));
    stop();
    await bench.plug('1-1.1', {});
    await bench.list();
    expect(hints).toBe(2);
  });

  test('flashes by hand and shows the board as its application on the same port', async () => {
    const bench = await makeBench(0);
    await bench.plug('1-1.1', { contents: 'used' });
    const image = imageOf(20_001);
    const hand = { port: await bench.open('1-1.1'), clock };
    const readBack = await flashByHand(hand, [FLASH, FLASH + 0x4000], FLASH, image);
    expect(Buffer.compare(readBack, image)).toBe(0);
    await leaveByHand(hand, FLASH);
    await until(bench, async () => (await bench.list())[0]?.mode === 'application');
    expect(await bench.list()).toMatchObject([{ path: '1-1.1', productId: 0x5740, address: 2 }]);
    await expect(getStatus(hand)).rejects.toMatchObject({ name: 'TransferError', trouble: 'gone' });
    const { sha256, bytes } = await bench.inspect('1-1.1', { address: FLASH, length: image.length, withBytes: true });
    expect(sha256).toBe(createHash('sha256').update(image).digest('hex'));
    expect(bytes && Buffer.compare(bytes, image)).toBe(0);
    expect((await bench.inspect('1-1.1', { address: FLASH, length: 1 })).bytes).toBeNull();
    const report = await bench.report('1-1.1');
    expect(report).toMatchObject({ part: 'F405', presence: 'application', sins: [] });
    expect(report.wear).toHaveLength(2 + 10);
    expect(report.wear[0]).toEqual({ did: 'erase', address: FLASH, bytes: 0x4000, count: 1 });
  });

  test('tells the device and lets its alternates be selected', async () => {
    const bench = await makeBench(0);
    await bench.plug('1-1.1', { part: 'L072' });
    const port = await bench.open('1-1.1');
    expect(port.device).toMatchObject({ functional: { transferSize: 2048 }, alternates: [{ alternate: 0 }, {}] });
    await port.selectAlternate(1);
    await expect(port.selectAlternate(9)).rejects.toMatchObject({ name: 'TransferError', trouble: 'stall' });
  });

  test('opens a board once, again after it was closed, and not when it is not there', async () => {
    const bench = await makeBench(0);
    await bench.plug('1-1.1', {});
    await bench.plug('1-1.2', { mode: 'application' });
    const port = await bench.open('1-1.1');
    await expect(bench.open('1-1.1')).rejects.toMatchObject({ code: 'USB_BUSY', details: { path: '1-1.1' } });
    await expect(bench.open('1-1.2')).rejects.toMatchObject({ code: 'BOARD_GONE' });
    await expect(bench.open('1-1.3')).rejects.toMatchObject({ code: 'BOARD_GONE', details: { path: '1-1.3' } });
    await port.close();
    await port.close();
    await expect(getStatus({ port })).rejects.toMatchObject({ trouble: 'gone' });
    expect(await getStatus({ port: await bench.open('1-1.1') })).toMatchObject({ state: 'dfuIDLE' });
  });

  test('a pull ends what is under way with `gone`', async () => {
    const bench = await makeBench(1);
    await bench.plug('1-1.1', {});
    const port = await bench.open('1-1.1');
    await port.controlOut(REQUEST.download, 0, Uint8Array.of(0x41), 5000);
    await getStatus({ port });
    const waiting = port.controlIn(REQUEST.getStatus, 0, 6, 60_000);
    const failure = failureOf(() => waiting);
    await bench.unplug('1-1.1');
    expect(await failure).toMatchObject({ name: 'TransferError', trouble: 'gone' });
    await port.close();
  });

  test('plugs the board in again that was pulled, as it was left and with a new address', async () => {
    const bench = await makeBench(0);
    await bench.plug('1-1.1', { misbehaviours: [{ kind: 'unplug', at: 9 }] });
    const hand = { port: await bench.open('1-1.1'), clock };
    await operate(hand, 2, Uint8Array.of(1, 2, 3));
    await operate(hand, 3, Uint8Array.of(4));
    for (let transfer = 7; transfer < 9; transfer++) await getStatus(hand);
    await expect(getStatus(hand)).rejects.toMatchObject({ trouble: 'gone' });
    expect(await bench.list()).toEqual([]);
    await bench.replug('1-1.1');
    expect(await bench.list()).toMatchObject([{ path: '1-1.1', mode: 'dfu', address: 2 }]);
    const { bytes } = await bench.inspect('1-1.1', { address: FLASH, length: 4, withBytes: true });
    expect(bytes).toEqual(Uint8Array.of(1, 2, 3, 0xff));
    expect(await getStatus({ port: await bench.open('1-1.1') })).toMatchObject({ state: 'dfuIDLE' });
    expect(await bench.report('1-1.1')).toMatchObject({ transfers: 10 });
    expect(await failureOf(() => bench.replug('1-1.1'))).toMatchObject({ code: 'SLOT_BUSY' });
    await bench.unplug('1-1.1');
    await bench.plug('1-1.1', { seed: 2 });
    await bench.unplug('1-1.1');
    await bench.replug('1-1.1');
    expect((await bench.report('1-1.1')).wear, 'the last one that was there').toEqual([]);
  });

  test('a hanging board keeps no other from working', async () => {
    const bench = await makeBench(1);
    await bench.plug('1-1.1', { misbehaviours: [{ kind: 'hang', at: 1 }] });
    await bench.plug('1-1.2', {});
    const hung = (await bench.open('1-1.1')).controlIn(REQUEST.getStatus, 0, 6, 150);
    let isOver = false;
    const failure = failureOf(() => hung).finally(() => (isOver = true));
    const hand = { port: await bench.open('1-1.2'), clock };
    for (let n = 0; n < 20; n++) await getStatus(hand);
    expect(isOver).toBe(false);
    expect(await failure).toMatchObject({ name: 'TransferError', trouble: 'timeout' });
  });

  test('stalls are stalls', async () => {
    const bench = await makeBench(0);
    await bench.plug('1-1.1', {});
    const port = await bench.open('1-1.1');
    await expect(port.controlIn(REQUEST.upload, 1, 64, 500)).rejects.toMatchObject({ trouble: 'stall' });
    expect(await getStatus({ port })).toMatchObject({ status: 'errSTALLEDPKT', state: 'dfuERROR' });
  });

  test('many boards at once keep apart', async () => {
    const bench = await makeBench(0);
    const paths = Array.from({ length: 16 }, (_, n) => `1-${1 + (n >> 3)}.${1 + (n & 7)}`);
    await Promise.all(
      paths.map(async (path, n) => {
        await bench.plug(path, { seed: n });
        const port = await bench.open(path);
        await operate({ port, clock }, 0, command(0x21, FLASH + n * 4));
        await operate({ port, clock }, 2, Uint8Array.of(n));
        await port.close();
      }),
    );
    for (const [n, path] of paths.entries()) {
      const { bytes } = await bench.inspect(path, { address: FLASH, length: 64, withBytes: true });
      const wanted = new Uint8Array(64).fill(0xff);
      wanted[n * 4] = n;
      expect(bytes).toEqual(wanted);
    }
  });

  test.each<[string, (bench: AnyBench) => unknown, object]>([
    ['a slot that is taken', (bench) => bench.plug('1-1.1', {}), { code: 'SLOT_BUSY' }],
    ['a path that is none', (bench) => bench.plug('A1', {}), { code: 'CONFIG_INVALID', details: { field: 'path' } }],
    ['an unknown part', (bench) => bench.plug('1-1.2', { part: 'Z80' }), { details: { field: 'board.part' } }],
    ['a seed below zero', (bench) => bench.plug('1-1.2', { seed: -1 }), { details: { field: 'board.seed' } }],
    ['an empty slot to pull from', (bench) => bench.unplug('1-1.9'), { code: 'SLOT_UNKNOWN' }],
    ['a slot to plug in again that nothing was pulled from', (b) => b.replug('1-1.9'), { code: 'SLOT_UNKNOWN' }],
    ['an empty slot to report on', (bench) => bench.report('1-1.9'), { code: 'SLOT_UNKNOWN' }],
    ['memory that is not there', (b) => b.inspect('1-1.1', { address: 0, length: 4 }), { code: 'REQUEST_INVALID' }],
  ])('refuses %s', async (_what, act, failure) => {
    const bench = await makeBench(0);
    await bench.plug('1-1.1', {});
    expect(await failureOf(() => act(bench))).toMatchObject(failure);
  });

  test('a board that is pulled while it is away does not come back', async () => {
    const bench = await makeBench(0.05);
    await bench.plug('1-1.1', { contents: 'used' });
    const port = await bench.open('1-1.1');
    await port.controlOut(REQUEST.download, 0, NOTHING, 500);
    await getStatus({ port });
    await bench.unplug('1-1.1');
    await bench.plug('1-1.1', { seed: 9 });
    await systemClock().sleep(40);
    expect(await bench.list()).toMatchObject([{ mode: 'dfu', address: 2 }]);
  });
});

test('the board that was pulled from a slot can still be looked at, until another is plugged', () => {
  const bench = new VirtualBench({ clock });
  bench.plug('1-1.1', { seed: 1 });
  const board = bench.board('1-1.1');
  expect(bench.lastBoard('1-1.1')).toBe(board);
  bench.unplug('1-1.1');
  expect(bench.lastBoard('1-1.1')).toBe(board);
  expect(() => bench.board('1-1.1')).toThrow(expect.objectContaining({ code: 'SLOT_UNKNOWN' }));
  bench.plug('1-1.1', { seed: 2 });
  expect(bench.lastBoard('1-1.1')).not.toBe(board);
  expect(() => bench.lastBoard('1-1.2')).toThrow(expect.objectContaining({ code: 'SLOT_UNKNOWN' }));
});
