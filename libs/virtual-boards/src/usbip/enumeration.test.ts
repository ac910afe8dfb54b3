import { afterEach, describe, expect, test } from 'vitest';
import { PARTS } from '../chip/parts.ts';
import { UsbipHost } from './testing/usbip-host.ts';
import { UsbipPort } from './testing/usbip-port.ts';
import { endRigs, usbipRig } from './testing/usbip-rig.ts';

afterEach(endRigs);

const STALL = -32;
const NOTHING = new Uint8Array(0);
const F405_SETTINGS = [0, 1, 2, 3].flatMap((n) => [9, 4, 0, n, 0, 0xfe, 1, 2, 4 + n]);
const F405_FUNCTIONAL = [9, 0x21, 0x0b, 255, 0, 0x00, 0x08, 0x1a, 0x01];

async function attached(part: string, spec: object = {}): Promise<UsbipHost> {
  const { address } = await usbipRig({ '1-1': { part, ...spec } });
  return UsbipHost.attach(address, '1-1');
}

const asText = (bytes: Buffer | null) => bytes?.subarray(2).toString('utf16le');

describe('an F405 in its bootloader', () => {
  test('enumerates byte for byte as the ROM does', async () => {
    const host = await attached('F405', { usbSerial: '327635723235' });
    expect([...((await host.descriptor(1, 0, 64)) ?? [])]).toEqual([
      ...[18, 1, 0x00, 0x01, 0, 0, 0, 64],
      ...[0x83, 0x04, 0x11, 0xdf, 0x00, 0x22, 1, 2, 3, 1],
    ]);
    const head = [9, 2, 54, 0, 1, 1, 0, 0xc0, 50];
    expect([...((await host.descriptor(2, 0, 9)) ?? [])]).toEqual(head);
    expect([...((await host.descriptor(2, 0)) ?? [])]).toEqual([...head, ...F405_SETTINGS, ...F405_FUNCTIONAL]);
  });

  test('has the strings of the ROM, layouts word for word', async () => {
    const host = await attached('F405', { usbSerial: '327635723235' });
    expect([...((await host.descriptor(3, 0)) ?? [])]).toEqual([4, 3, 0x09, 0x04]);
    expect([...((await host.descriptor(3, 3)) ?? [])].slice(0, 6)).toEqual([26, 3, 0x33, 0, 0x32, 0]);
    const strings = await Promise.all([1, 2, 3, 4, 5, 6, 7].map((n) => host.descriptor(3, n)));
    expect(strings.map(asText)).toEqual([
      'STMicroelectronics',
      'STM32  BOOTLOADER',
      '327635723235',
      '@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg',
      '@Option Bytes  /0x1FFFC000/01*016 e',
      '@OTP Memory /0x1FFF7800/01*512 e,01*016 e',
      '@Device Feature/0xFFFF0000/01*004 e',
    ]);
  });

  test('answers the standard requests, and stalls what it does not have', async () => {
    const host = await attached('F405');
    const ask = async (request: Parameters<UsbipHost['control']>[0], what: Uint8Array | number) => {
      const { status, bytes } = await host.control(request, what).returned;
      return status === 0 ? [...bytes] : status;
    };
    expect(await ask([0x80, 8, 0, 0], 1), 'GET_CONFIGURATION').toEqual([0]);
    expect(await ask([0x00, 9, 1, 0], NOTHING), 'SET_CONFIGURATION').toEqual([]);
    expect(await ask([0x80, 8, 0, 0], 1)).toEqual([1]);
    expect(await ask([0x00, 9, 2, 0], NOTHING), 'another configuration').toBe(STALL);
    expect(await ask([0x80, 0, 0, 0], 2), 'GET_STATUS, self-powered').toEqual([1, 0]);
    expect(await ask([0x81, 0, 0, 0], 2), 'GET_STATUS of the interface').toEqual([0, 0]);
    expect(await ask([0x80, 6, 0x0600, 0], 10), 'DEVICE_QUALIFIER, for it has no high speed').toBe(STALL);
    expect(await ask([0x80, 6, 0x0308, 0], 255), 'a string past the last').toBe(STALL);
    expect(await ask([0x80, 6, 0x0201, 0], 255), 'a second configuration').toBe(STALL);
    expect(await ask([0x81, 6, 0x2100, 0], 9), 'the functional descriptor alone').toEqual(F405_FUNCTIONAL);
    expect(await ask([0xc0, 0x20, 0, 4], 16), 'a vendor request').toBe(STALL);
    expect(await ask([0xa1, 3, 0, 1], 6), 'a class request to an interface that is not there').toBe(STALL);
    expect(await ask([0xa1, 3, 0, 0], 6), 'DFU_GETSTATUS').toEqual([0, 0, 0, 0, 2, 0]);
  });

  test('has its alternate settings selected, told, and set back by a configuration', async () => {
    const { bench, address } = await usbipRig({ '1-1': {} });
    const host = await UsbipHost.attach(address, '1-1');
    const select = async (n: number) => (await host.control([0x01, 11, n, 0], NOTHING).returned).status;
    const selected = async () => (await host.control([0x81, 10, 0, 0], 1).returned).bytes[0];
    expect([await select(2), await selected()]).toEqual([0, 2]);
    expect([await select(4), await selected()]).toEqual([STALL, 2]);
    expect((await host.control([0x00, 9, 1, 0], NOTHING).returned).status).toBe(0);
    expect(await selected()).toBe(0);
    expect(bench.report('1-1').transfers, 'what the standard requests of USB are is not counted').toBe(2);
  });
});

test('a C5 lets whoever asks for its functional descriptor alone wait, and answers when it is taken back', async () => {
  const host = await attached('C5');
  const asked = host.control([0x81, 6, 0x2100, 0], 9);
  const behind = host.control([0xa1, 3, 0, 0], 6);
  let isBehindAnswered = false;
  void behind.returned.then(() => {
    isBehindAnswered = true;
  });
  // Two answers that need no turn: what could have come has come.
  for (const never of [8000, 9000]) expect(await host.unlink(never)).toBe(0);
  expect(isBehindAnswered).toBe(false);
  expect(await host.unlink(asked.sequence)).toBe(-104);
  expect([...(await behind.returned).bytes]).toEqual([0, 0, 0, 0, 2, 0]);
});

test('a board without a serial has no string for it', async () => {
  const host = await attached('F405', { usbSerial: '' });
  expect((await host.descriptor(1, 0))?.[16]).toBe(0);
});

test('every part tells over USB what it tells in process', async () => {
  const { bench, address } = await usbipRig(
    Object.fromEntries(PARTS.map(({ name }, n) => [`1-${n + 1}`, { part: name, seed: n }])),
  );
  for (const { path } of await bench.list()) {
    const port = await UsbipPort.open(address, path);
    const { device } = port;
    await port.close();
    // The server hears of it a moment after us.
    let inProcess = null;
    while (!inProcess)
      inProcess = await bench.open(path).catch(() => new Promise<null>((go) => setImmediate(go, null)));
    expect(device, path).toEqual(inProcess.device);
  }
});
