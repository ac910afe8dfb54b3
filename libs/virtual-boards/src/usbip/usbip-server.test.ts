import { once } from 'node:events';
import { connect } from 'node:net';
import { systemClock } from '@flashline/dfuse';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { VirtualBench } from '../bench/bench.ts';
import { listed, operation, spoken, UsbipHost } from './testing/usbip-host.ts';
import { endRigs, usbipRig } from './testing/usbip-rig.ts';
import { serveUsbip } from './usbip-server.ts';

afterEach(endRigs);

const portOf = (address: string) => Number(address.split(':')[1]);

/** The path, the busid and the numbers of a device, as every reply has them. */
function deviceIn(reply: Buffer, at: number) {
  const textAt = (start: number) => reply.toString('latin1', start, reply.indexOf(0, start));
  const u32 = (n: number) => reply.readUInt32BE(at + 288 + 4 * n);
  const u16 = (n: number) => reply.readUInt16BE(at + 300 + 2 * n).toString(16);
  return {
    path: textAt(at),
    busid: textAt(at + 256),
    numbers: [u32(0), u32(1), u32(2)],
    ids: [u16(0), u16(1), u16(2)],
    rest: [...reply.subarray(at + 306, at + 312)],
  };
}

describe('the list of a server', () => {
  test('names every board by its port, at full speed, with its ids and its interfaces', async () => {
    const { address } = await usbipRig({ '1-1': {}, '2-3.4': { mode: 'application' } });
    const reply = await listed(address);
    expect([...reply.subarray(0, 12)]).toEqual([0x01, 0x11, 0x00, 0x05, 0, 0, 0, 0, 0, 0, 0, 2]);
    expect(deviceIn(reply, 12)).toEqual({
      path: '/sys/devices/flashline/1-1',
      busid: '1-1',
      numbers: [1, 1, 2],
      ids: ['483', 'df11', '2200'],
      rest: [0, 0, 0, 1, 1, 1],
    });
    expect([...reply.subarray(324, 328)], 'the DFU interface').toEqual([0xfe, 1, 2, 0]);
    expect(deviceIn(reply, 328)).toMatchObject({ busid: '2-3.4', numbers: [2, 2, 2], ids: ['483', '5740', '200'] });
    expect(deviceIn(reply, 328).rest).toEqual([2, 0, 0, 1, 1, 2]);
    expect([...reply.subarray(640)], 'the two of a serial port').toEqual([2, 2, 1, 0, 10, 0, 0, 0]);
  });

  test('of an empty bench is empty', async () => {
    const { address } = await usbipRig({});
    expect([...(await listed(address))]).toEqual([0x01, 0x11, 0x00, 0x05, 0, 0, 0, 0, 0, 0, 0, 0]);
  });
});

describe('an import', () => {
  test('is answered with the device', async () => {
    const { address } = await usbipRig({ '1-2.3': { part: 'AT32F415' } });
    const { reply } = await UsbipHost.attach(address, '1-2.3');
    expect([...reply.subarray(0, 8)]).toEqual([0x01, 0x11, 0x00, 0x03, 0, 0, 0, 0]);
    expect(deviceIn(reply, 8)).toMatchObject({ busid: '1-2.3', numbers: [1, 1, 2], ids: ['2e3c', 'df11', '200'] });
  });

  test('of a board that is not there, or that another has, is refused', async () => {
    const { address } = await usbipRig({ '1-1': {}, '1-2': { mode: 'application' } });
    await expect(UsbipHost.attach(address, '1-9')).rejects.toThrow('refused 4');
    await expect(UsbipHost.attach(address, '')).rejects.toThrow('refused 4');
    for (const busid of ['1-1', '1-2']) {
      const host = await UsbipHost.attach(address, busid);
      await expect(UsbipHost.attach(address, busid)).rejects.toThrow('refused 2');
      expect((await host.descriptor(1, 0))?.length, 'the first still has it').toBe(18);
    }
  });

  test('of a board that is open in process is refused', async () => {
    const { bench, address } = await usbipRig({ '1-1': {} });
    const port = await bench.open('1-1');
    await expect(UsbipHost.attach(address, '1-1')).rejects.toThrow('refused 2');
    await port.close();
    await UsbipHost.attach(address, '1-1');
    await expect(bench.open('1-1')).rejects.toMatchObject({ code: 'USB_BUSY' });
  });

  test('is possible again when the client before has hung up', async () => {
    const { address } = await usbipRig({ '1-1': {} });
    for (let n = 0; n < 3; n++) {
      let host = null;
      while (!host) host = await UsbipHost.attach(address, '1-1').catch(() => null);
      await host.detach();
    }
  });
});

describe('a client', () => {
  test('whose board is pulled loses the connection, and can import the next board on that port', async () => {
    const { bench, address } = await usbipRig({ '1-1': { seed: 1 }, '1-2': {} });
    const [host, other] = [await UsbipHost.attach(address, '1-1'), await UsbipHost.attach(address, '1-2')];
    bench.unplug('1-1');
    await host.unplugged;
    await expect(UsbipHost.attach(address, '1-1')).rejects.toThrow('refused 4');
    bench.plug('1-1', { seed: 2 });
    expect((await (await UsbipHost.attach(address, '1-1')).descriptor(1, 0))?.length).toBe(18);
    expect((await other.descriptor(1, 0))?.length, 'another slot is not touched').toBe(18);
  });

  test('whose board is swapped for another in one moment loses the connection all the same', async () => {
    const { bench, address } = await usbipRig({ '1-1': { seed: 1 } });
    const host = await UsbipHost.attach(address, '1-1');
    bench.unplug('1-1');
    bench.plug('1-1', { seed: 2 });
    await host.unplugged;
  });

  test('that has too many transfers under way is dropped, and nobody else', async () => {
    const { address } = await usbipRig({ '1-1': { mode: 'application' }, '1-2': {} });
    const [greedy, other] = [await UsbipHost.attach(address, '1-1'), await UsbipHost.attach(address, '1-2')];
    for (let n = 0; n < 256; n++) greedy.submit({ endpoint: 1, direction: 'in', length: 64 });
    expect((await other.descriptor(1, 0))?.length).toBe(18);
    greedy.submit({ endpoint: 1, direction: 'in', length: 64 });
    await greedy.unplugged;
    expect((await other.descriptor(1, 0))?.length).toBe(18);
  });

  test.each([
    ['uses a number twice at a time', { sequence: 1 }],
    ['names an endpoint that cannot be', { endpoint: 16 }],
    ['wants more than a transfer can hold', { length: 65_537 }],
    ['speaks of isochronous packets', { packets: 1 }],
    ['knows a third direction', { direction: 2 }],
    ['gives an answer instead of a command', { command: 3 }],
  ])('that %s is dropped', async (_, odd) => {
    const { address } = await usbipRig({ '1-1': { mode: 'application' } });
    const host = await UsbipHost.attach(address, '1-1');
    host.submit({ endpoint: 1, direction: 'in', length: 64 });
    host.say(submitBytes(odd));
    await host.unplugged;
  });

  test('may write that a transfer has no packets in either way', async () => {
    const { address } = await usbipRig({ '1-1': { mode: 'application' } });
    const host = await UsbipHost.attach(address, '1-1');
    host.say(submitBytes({ packets: 0xffff_ffff, sequence: 1000 }));
    expect((await host.descriptor(1, 0))?.length).toBe(18);
  });

  test.each([
    ['another version', Buffer.from([0x01, 0x06, 0x80, 0x05, 0, 0, 0, 0])],
    ['an unknown operation', operation(0x8009)],
    ['an answer', operation(0x0005)],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ])('that speaks %s is dropped without an answer', async (_, bytes) => {
    const { address } = await usbipRig({});
    expect(await spoken(address, bytes)).toHaveLength(0);
  });
});

test('a server outlives whatever is said to it, before an import and after', async () => {
  const { address } = await usbipRig({ '1-1': { mode: 'application' }, '1-2': {} });
  const bystander = await UsbipHost.attach(address, '1-2');
  const garbage = fc.uint8Array({ minLength: 1, maxLength: 300 });
  const urbs = fc
    .record({
      command: fc.integer({ min: 1, max: 2 }),
      sequence: fc.nat(20),
      direction: fc.nat(1),
      endpoint: fc.nat(3),
      length: fc.nat(64),
      setup: fc.uint8Array({ minLength: 8, maxLength: 8 }),
    })
    .map(({ setup, ...fields }) => Buffer.concat([submitBytes(fields).subarray(0, 40), setup]));
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(fc.oneof(garbage, urbs), { maxLength: 20 }), async (imports, said) => {
      const socket = connect({ port: portOf(address), host: '127.0.0.1' });
      socket.on('error', () => {}).resume();
      await once(socket, 'connect');
      if (imports) {
        socket.write(operation(0x8003, '1-1'));
        await Promise.race([once(socket, 'data'), once(socket, 'close')]);
      }
      socket.end(Buffer.concat(said));
      if (!socket.closed) await once(socket, 'close');
      expect((await bystander.descriptor(1, 0))?.length).toBe(18);
    }),
    { numRuns: 60 },
  );
});

test('a server that closes takes its boards back, and the bench goes on', async () => {
  const bench = new VirtualBench({ clock: systemClock(), speed: 0 });
  bench.plug('1-1', {});
  const served = await serveUsbip(bench, { port: 0 });
  const host = await UsbipHost.attach(served.address, '1-1');
  await expect(serveUsbip(bench, { port: portOf(served.address) })).rejects.toMatchObject({
    code: 'PORT_TAKEN',
  });
  await served.close();
  await host.unplugged;
  expect(await bench.list()).toHaveLength(1);
  await expect(UsbipHost.attach(served.address, '1-1')).rejects.toThrow('ECONNREFUSED');
  await bench.close();
});

/** USBIP_CMD_SUBMIT of a bulk read that would wait. */
function submitBytes({ command = 1, sequence = 2, direction = 1, endpoint = 1, length = 64, packets = 0 }): Buffer {
  const bytes = Buffer.alloc(48);
  for (const [n, value] of [command, sequence, 0, direction, endpoint, 0, length, 0, packets].entries())
    bytes.writeUInt32BE(value, 4 * n);
  return bytes;
}
