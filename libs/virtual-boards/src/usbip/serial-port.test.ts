import { afterEach, describe, expect, test } from 'vitest';
import type { ApplicationSpec } from '../application/application-spec.ts';
import { HeldClock } from './testing/held-clock.ts';
import { UsbipHost } from './testing/usbip-host.ts';
import { UsbipPort } from './testing/usbip-port.ts';
import { endRigs, usbipRig } from './testing/usbip-rig.ts';

afterEach(endRigs);

const [STALL, UNLINKED] = [-32, -104];
const NOTHING = new Uint8Array(0);
const MSP_REBOOT_ROM = Uint8Array.of(0x24, 0x4d, 0x3c, 0x01, 0x44, 0x01, 0x44);
const SERIAL_PORT = [
  ...[9, 4, 0, 0, 1, 2, 2, 1, 0],
  ...[5, 0x24, 0, 0x10, 0x01],
  ...[5, 0x24, 1, 0, 1],
  ...[4, 0x24, 2, 2],
  ...[5, 0x24, 6, 0, 1],
  ...[7, 5, 0x82, 3, 8, 0, 16],
  ...[9, 4, 1, 0, 2, 10, 0, 0, 0],
  ...[7, 5, 0x01, 2, 64, 0, 0],
  ...[7, 5, 0x81, 2, 64, 0, 0],
];
const DFU_RUN_TIME = [9, 4, 2, 0, 0, 0xfe, 1, 1, 4, 9, 0x21, 0x03, 0xe8, 0x03, 0x00, 0x08, 0x10, 0x01];

async function attached(application: ApplicationSpec = {}) {
  const rig = await usbipRig({ '1-1': { mode: 'application', contents: 'used', application } });
  return { ...rig, host: await UsbipHost.attach(rig.address, '1-1') };
}

const send = (host: UsbipHost, what: string | Uint8Array) =>
  host.submit({ endpoint: 1, direction: 'out', data: typeof what === 'string' ? Buffer.from(what) : what }).returned;
const receive = (host: UsbipHost, length = 64) => host.submit({ endpoint: 1, direction: 'in', length });
const setLines = (host: UsbipHost, value: number) => host.control([0x21, 0x22, value, 0], NOTHING).returned;
const setBaud = (host: UsbipHost, baud: number) =>
  host.control([0x21, 0x20, 0, 0], Uint8Array.of(baud & 0xff, baud >> 8, 0, 0, 0, 0, 8)).returned;

/** Imports what is on the port as soon as the board is back in its bootloader, and asks it for its state. */
async function dfuStateAt({ address, becomes }: Awaited<ReturnType<typeof attached>>): Promise<number | undefined> {
  await becomes('1-1', 'dfu');
  const host = await UsbipHost.attach(address, '1-1');
  expect((await host.descriptor(1, 0))?.readUInt16LE(10)).toBe(0xdf11);
  return (await host.control([0xa1, 5, 0, 0], 1).returned).bytes[0];
}

describe('a board that runs its firmware', () => {
  test('is a CDC-ACM device under the ids and the serial of the application', async () => {
    const { host } = await attached();
    expect([...((await host.descriptor(1, 0)) ?? [])]).toEqual([
      ...[18, 1, 0x00, 0x02, 2, 0, 0, 64],
      ...[0x83, 0x04, 0x40, 0x57, 0x00, 0x02, 1, 2, 3, 1],
    ]);
    const body = SERIAL_PORT;
    expect([...((await host.descriptor(2, 0)) ?? [])]).toEqual([9, 2, 9 + body.length, 0, 2, 1, 0, 0xc0, 50, ...body]);
    expect((await host.descriptor(3, 3))?.subarray(2).toString('utf16le')).toBe('0x8000000');
  });

  test('with DFU at run time has an interface for it, and says which two belong together', async () => {
    const { host } = await attached({ accepts: ['dfu-detach'] });
    expect([...((await host.descriptor(1, 0)) ?? [])].slice(4, 7)).toEqual([0xef, 2, 1]);
    const body = [8, 11, 0, 2, 2, 2, 1, 0, ...SERIAL_PORT, ...DFU_RUN_TIME];
    expect([...((await host.descriptor(2, 0)) ?? [])]).toEqual([9, 2, 9 + body.length, 0, 3, 1, 0, 0xc0, 50, ...body]);
    expect((await host.descriptor(3, 4))?.subarray(2).toString('utf16le')).toBe('DFU');
  });

  test('takes the line coding that it is given', async () => {
    const { host } = await attached();
    const coding = async () => [...(await host.control([0xa1, 0x21, 0, 0], 7).returned).bytes];
    expect(await coding()).toEqual([0x00, 0xc2, 0x01, 0x00, 0, 0, 8]);
    expect((await setBaud(host, 9600)).status).toBe(0);
    expect(await coding()).toEqual([0x80, 0x25, 0, 0, 0, 0, 8]);
    expect((await host.control([0x21, 0x20, 0, 0], Uint8Array.of(1)).returned).status).toBe(STALL);
    expect((await host.control([0x21, 0x23, 0xffff, 0], NOTHING).returned).status, 'SEND_BREAK').toBe(0);
    expect((await host.control([0x02, 1, 0, 0x81], NOTHING).returned).status, 'CLEAR_FEATURE(HALT)').toBe(0);
    expect((await host.control([0xa1, 3, 0, 2], 6).returned).status, 'DFU where there is none').toBe(STALL);
  });

  test('answers a read when it has something to say, and lets a read be taken back', async () => {
    const { host } = await attached();
    const [first, notice] = [receive(host), host.submit({ endpoint: 2, direction: 'in', length: 8 })];
    expect(await host.unlink(first.sequence)).toBe(UNLINKED);
    const read = receive(host, 4);
    await send(host, Uint8Array.of(0x24, 0x4d, 0x3c, 0, 1, 1));
    expect([...(await read.returned).bytes]).toEqual([0x24, 0x4d, 0x3e, 3]);
    expect([...(await receive(host).returned).bytes], 'the rest').toEqual([1, 0, 1, 46, 3 ^ 46]);
    expect(await host.unlink(notice.sequence), 'nothing ever changes on the line').toBe(UNLINKED);
  });

  test('is not reset by a port that is opened, set and closed as a terminal does', async () => {
    const { bench, host } = await attached({ accepts: ['character', 'touch-1200', 'dfu-detach'] });
    for (const step of [setLines(host, 3), setBaud(host, 115_200), setLines(host, 0), setLines(host, 3)]) await step;
    expect((await host.descriptor(1, 0, 64))?.length, 'nor by an enumeration').toBe(18);
    expect(bench.report('1-1').presence).toBe('application');
  });

  test('prints its version in its command line', async () => {
    const { host } = await attached({ version: 'Flightsoft 7.1' });
    await send(host, '#');
    let text = '';
    while (!text.endsWith('# ')) text += (await receive(host).returned).bytes.toString('latin1');
    await send(host, 'version\r\n');
    while (!text.includes('Flightsoft 7.1\r\n# ')) text += (await receive(host).returned).bytes.toString('latin1');
    await send(host, 'exit\r\n');
    await host.unplugged;
  });
});

test('a board whose host lets go within the 100 ms after R goes on running', async () => {
  const clock = new HeldClock();
  const { address, bench } = await usbipRig({ '1-1': { mode: 'application' } }, { clock, speed: 1 });
  const host = await UsbipHost.attach(address, '1-1');
  await send(host, 'R');
  await host.detach();
  let next = null;
  while (!next) next = await UsbipHost.attach(address, '1-1').catch(() => null);
  for (let n = 0; n < 3; n++) {
    clock.pass(1000);
    expect((await next.descriptor(1, 0))?.length).toBe(18);
  }
  expect((await next.descriptor(1, 0))?.readUInt16LE(10)).toBe(0x5740);
  expect(bench.report('1-1').presence).toBe('application');
});

describe('asked into its bootloader', () => {
  test('by the character R it leaves, and is a DFU device on the same port', async () => {
    const rig = await attached();
    const { address, bench, host } = rig;
    receive(host);
    await send(host, 'R');
    await host.unplugged;
    expect(await dfuStateAt(rig)).toBe(2);
    expect(bench.report('1-1').presence).toBe('dfu');
    await expect(UsbipHost.attach(address, '1-1')).rejects.toThrow('refused 2');
  });

  test('by MSP it answers first', async () => {
    const rig = await attached();
    const answer = receive(rig.host);
    expect((await send(rig.host, MSP_REBOOT_ROM)).status).toBe(0);
    expect([...(await answer.returned).bytes]).toEqual([0x24, 0x4d, 0x3e, 1, 0x44, 1, 0x44]);
    await rig.host.unplugged;
    expect(await dfuStateAt(rig)).toBe(2);
  });

  test('by a touch at 1200 baud', async () => {
    const rig = await attached({ accepts: ['touch-1200'] });
    for (const step of [() => setLines(rig.host, 3), () => setBaud(rig.host, 1200), () => setLines(rig.host, 0)])
      expect((await step()).status).toBe(0);
    expect(await dfuStateAt(rig)).toBe(2);
  });

  test.each([
    ['an enumeration begins, as vhci_hcd shows it', (host: UsbipHost) => host.control([0x80, 6, 0x0100, 0], 64)],
    ['the client says so', (host: UsbipHost) => host.control([0x23, 3, 4, 1], NOTHING)],
  ])('by DFU DETACH when %s', async (_, reset) => {
    const rig = await attached({ accepts: ['dfu-detach'] });
    const state = async () => (await rig.host.control([0xa1, 5, 0, 2], 1).returned).bytes[0];
    expect(await state()).toBe(0);
    expect((await rig.host.control([0x21, 0, 1000, 2], NOTHING).returned).status).toBe(0);
    expect(await state()).toBe(1);
    expect([...(await rig.host.control([0xa1, 3, 0, 2], 6).returned).bytes]).toEqual([0, 0, 0, 0, 1, 0]);
    expect((await rig.host.descriptor(1, 0, 18))?.length, 'who only looks does not reset').toBe(18);
    expect(await state()).toBe(1);
    expect((await reset(rig.host).returned).status).toBe(0);
    await rig.host.unplugged;
    expect(await dfuStateAt(rig)).toBe(2);
  });
});

test('a whole life: asked by R, flashed, left, running again, restarted by its command line, asked by R once more', async () => {
  const rig = await attached();
  const { address, becomes } = rig;
  let host = rig.host;
  for (let round = 0; round < 2; round++) {
    await send(host, 'R');
    await becomes('1-1', 'dfu');
    const port = await UsbipPort.open(address, '1-1');
    await port.controlOut(1, 0, NOTHING, 5000);
    expect((await port.controlIn(3, 0, 6, 5000))[4], 'dfuMANIFEST reaches the host before the board goes').toBe(7);
    await becomes('1-1', 'application');
    host = await UsbipHost.attach(address, '1-1');
    const read = receive(host);
    await send(host, '#');
    expect((await read.returned).bytes.toString()).toContain('Entering CLI Mode');
    await send(host, 'exit\n');
    await host.unplugged;
    await becomes('1-1', 'application');
    host = await UsbipHost.attach(address, '1-1');
  }
});
