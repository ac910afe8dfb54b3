import { readSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { listenOn } from '../listening.ts';
import { importDevice } from './import-device.ts';
import { UsbipHost } from './testing/usbip-host.ts';
import { endRigs, usbipRig } from './testing/usbip-rig.ts';

afterEach(endRigs);

const portOf = (address: string) => Number(address.split(':')[1]);
const GET_DEVICE_DESCRIPTOR = Buffer.concat([
  Buffer.from([0, 0, 0, 1, 0, 0, 0, 9, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 18]),
  Buffer.alloc(12),
  Buffer.from([0x80, 6, 0, 1, 0, 0, 18, 0]),
]);

/** Reads as the owner of the descriptor does: past Node.js. */
async function readPast(fd: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    try {
      at += readSync(fd, bytes, at, length - at, null);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return bytes;
}

describe('importing a device for a kernel', () => {
  test('hands over a connection that nobody here reads any more', async () => {
    const { address } = await usbipRig({ '1-1': {}, '2-1': {} });
    const imported = await importDevice('127.0.0.1', portOf(address), '2-1');
    expect([imported.devid, imported.speed]).toEqual([0x0002_0002, 2]);
    const bystander = await UsbipHost.attach(address, '1-1');
    writeSync(imported.fd, GET_DEVICE_DESCRIPTOR);
    // Time enough for Node.js to take the answer, if it did.
    for (let n = 0; n < 5; n++) expect((await bystander.descriptor(1, 0))?.length).toBe(18);
    const answer = await readPast(imported.fd, 48 + 18);
    expect([answer.readUInt32BE(0), answer.readUInt32BE(4), answer.readUInt32BE(24)]).toEqual([3, 9, 18]);
    expect([...answer.subarray(48, 50)]).toEqual([18, 1]);
    imported.close();
    // The board is given back.
    let host = null;
    while (!host) host = await UsbipHost.attach(address, '2-1').catch(() => null);
  });

  test('says why it cannot be had', async () => {
    const { address } = await usbipRig({ '1-1': {} });
    const port = portOf(address);
    await expect(importDevice('127.0.0.1', port, '1-2')).rejects.toMatchObject({ code: 'BOARD_GONE' });
    await UsbipHost.attach(address, '1-1');
    await expect(importDevice('127.0.0.1', port, '1-1')).rejects.toMatchObject({ code: 'USB_BUSY' });
    await endRigs();
    await expect(importDevice('127.0.0.1', port, '1-1')).rejects.toMatchObject({ code: 'USB_HOST' });
  });

  test.each([
    ['hangs up', ''],
    ['speaks something else', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ])('from a server that %s is refused', async (_, says) => {
    const server = createServer((socket) => socket.resume().end(says));
    const port = portOf(await listenOn(server, '127.0.0.1', 0));
    await expect(importDevice('127.0.0.1', port, '1-1')).rejects.toMatchObject({ code: 'USB_HOST' });
    await new Promise((resolve) => server.close(resolve));
  });
});
