import { afterEach, describe, expect, test } from 'vitest';
import type { BoardSpec } from '../board/board-spec.ts';
import { HeldClock } from './testing/held-clock.ts';
import { UsbipHost } from './testing/usbip-host.ts';
import { endRigs, usbipRig } from './testing/usbip-rig.ts';

afterEach(endRigs);

const FLASH = 0x0800_0000;
const NOTHING = new Uint8Array(0);
const ERASE_FIRST = Uint8Array.of(0x41, 0, 0, 0, 8);
const [STALL, UNLINKED, SHORT] = [-32, -104, -121];

/** A board whose time stands still, in the middle of erasing its first sector, which takes 250 ms on an F405. */
async function erasing(spec: BoardSpec = {}) {
  const clock = new HeldClock();
  const rig = await usbipRig({ '1-1': { contents: 'used', ...spec } }, { clock, speed: 1 });
  const host = await UsbipHost.attach(rig.address, '1-1');
  await clock.until(host.control([0x21, 1, 0, 0], ERASE_FIRST).returned);
  expect((await clock.until(getStatus(host).returned)).bytes[4], 'dfuDNBUSY').toBe(4);
  return { ...rig, clock, host };
}

const getStatus = (host: UsbipHost) => host.control([0xa1, 3, 0, 0], 6);

describe('a ROM that holds an answer', () => {
  test('gives it when flash is done, and what was asked behind it after it', async () => {
    const { clock, host } = await erasing();
    const order: string[] = [];
    const held = getStatus(host);
    const behind = host.control([0x80, 6, 0x0100, 0], 18);
    void held.returned.then(() => order.push('held'));
    void behind.returned.then(() => order.push('behind'));
    expect((await clock.until(held.returned)).bytes[4], 'dfuDNLOAD-IDLE').toBe(5);
    expect(clock.now()).toBeGreaterThan(250);
    await behind.returned;
    expect(order).toEqual(['held', 'behind']);
  });

  test('is not blamed on a host that takes the question back and asks again', async () => {
    const { bench, clock, host } = await erasing();
    const first = getStatus(host);
    await clock.asleep();
    expect(await host.unlink(first.sequence)).toBe(UNLINKED);
    expect((await clock.until(getStatus(host).returned)).bytes[4]).toBe(5);
    expect(bench.report('1-1').sins).toEqual([]);
    expect(bench.report('1-1').wear).toMatchObject([{ did: 'erase', address: FLASH, count: 1 }]);
  });

  test('leaves a half-erased sector when the board is pulled meanwhile, and the host loses the device', async () => {
    const { bench, clock, host } = await erasing();
    const board = bench.board('1-1');
    getStatus(host);
    await clock.asleep();
    clock.pass(100);
    bench.unplug('1-1');
    await host.unplugged;
    expect(board.memory.weak().map(({ address }) => address)).toEqual([FLASH]);
  });
});

describe('a transfer that is taken back', () => {
  test('was answered meanwhile: that is said with 0', async () => {
    const { address } = await usbipRig({ '1-1': {} });
    const host = await UsbipHost.attach(address, '1-1');
    const done = host.control([0x80, 6, 0x0100, 0], 18);
    await done.returned;
    expect(await host.unlink(done.sequence)).toBe(0);
    expect(await host.unlink(4711), 'one that never was').toBe(0);
  });

  test('while it waits for its turn never reaches the board', async () => {
    const { bench, clock, host } = await erasing();
    const { transfers } = bench.report('1-1');
    const held = getStatus(host);
    const waiting = host.control([0x21, 6, 0, 0], NOTHING);
    await clock.asleep();
    expect(await host.unlink(waiting.sequence)).toBe(UNLINKED);
    expect((await clock.until(held.returned)).bytes[4]).toBe(5);
    expect(bench.report('1-1').transfers).toBe(transfers + 1);
  });

  test.each([
    ['hangs', { kind: 'hang', at: 1 }],
    ['carries it out and does not say so', { kind: 'timeout', at: 1, effect: true }],
  ] as const)('because the board %s is never answered', async (_, misbehaviour) => {
    const { bench, address } = await usbipRig({ '1-1': { misbehaviours: [misbehaviour] } });
    const host = await UsbipHost.attach(address, '1-1');
    const asked = host.control([0x21, 1, 0, 0], ERASE_FIRST);
    while (bench.report('1-1').transfers === 0) await new Promise((resolve) => setImmediate(resolve));
    // The answer to this one comes over the same connection, and only when the pipe is free again.
    const behind = host.control([0x80, 6, 0x0100, 0], 18);
    expect(await host.unlink(asked.sequence)).toBe(UNLINKED);
    await behind.returned;
    expect(bench.report('1-1').state).toBe(misbehaviour.kind === 'hang' ? 'dfuIDLE' : 'dfuDNLOAD-SYNC');
    expect(bench.report('1-1').sins).toEqual([]);
  });
});

describe('a transfer', () => {
  test('that the ROM refuses is stalled with no bytes, and the next is served', async () => {
    const { address } = await usbipRig({ '1-1': {} });
    const host = await UsbipHost.attach(address, '1-1');
    expect(await host.control([0xa1, 2, 1, 0], 2048).returned, 'UPLOAD of block 1').toMatchObject({
      status: STALL,
      actual: 0,
    });
    expect([...(await getStatus(host).returned).bytes]).toEqual([15, 0, 0, 0, 10, 0]);
  });

  test('that is written says how much went', async () => {
    const { address } = await usbipRig({ '1-1': {} });
    const host = await UsbipHost.attach(address, '1-1');
    const written = await host.control([0x21, 1, 0, 0], ERASE_FIRST).returned;
    expect([written.status, written.actual, written.bytes.length]).toEqual([0, 5, 0]);
  });

  test('that must not be short says so when it is', async () => {
    const { address } = await usbipRig({ '1-1': {} });
    const host = await UsbipHost.attach(address, '1-1');
    const setup = [0x80, 6, 0, 1, 0, 0, 64, 0];
    const read = (flags: number) => host.submit({ endpoint: 0, direction: 'in', setup, length: 64, flags }).returned;
    expect((await read(0)).status).toBe(0);
    expect(await read(1)).toMatchObject({ status: SHORT, actual: 18 });
  });

  test('to an endpoint that is not there is stalled', async () => {
    const { address } = await usbipRig({ '1-1': {} });
    const host = await UsbipHost.attach(address, '1-1');
    expect((await host.submit({ endpoint: 1, direction: 'in', length: 64 }).returned).status).toBe(STALL);
    expect((await host.submit({ endpoint: 1, direction: 'out', data: ERASE_FIRST }).returned).status).toBe(STALL);
  });
});
