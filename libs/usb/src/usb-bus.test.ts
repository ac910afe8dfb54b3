import { setImmediate } from 'node:timers/promises';
import { Fault } from '@flashline/contracts';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { loadBinding } from './binding.ts';
import type { UsbHost } from './discovery/host.ts';
import { SILENT_HOST } from './discovery/host.ts';
import { libusbError } from './testing/fake-transfer.ts';
import { F405_FUNCTIONAL, FakeUsb, f405Configuration, setting } from './testing/fake-usb.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { openUsbBus, type UsbBus } from './usb-bus.ts';

let usb: FakeUsb;
let clock: ManualClock;
let bus: UsbBus;

beforeEach(async () => {
  usb = new FakeUsb();
  clock = new ManualClock();
  bus = await openUsbBus({ binding: usb, host: SILENT_HOST, clock });
});

/** A kernel that tells what it has, as Linux does. */
function kernelWith(addresses: Map<string, number>, serials: Readonly<Record<string, string>> = {}): UsbHost {
  return {
    trouble: () => null,
    addresses: () => addresses,
    address: (path) => addresses.get(path) ?? null,
    serial: (path, address) => Promise.resolve(addresses.get(path) === address ? (serials[path] ?? null) : undefined),
  };
}

describe('the list', () => {
  test('names a board by its port path and says what it is', async () => {
    usb.plug([2, 3], 7);
    expect(await bus.list()).toEqual([
      {
        path: '1-2.3',
        address: 7,
        vendorId: 0x0483,
        productId: 0xdf11,
        bcdDevice: 0x2200,
        usbSerial: '3276365D3336',
        mode: 'dfu',
      },
    ]);
  });

  test('leaves out root hubs and hubs, and tells where the hubs are', async () => {
    usb.plug([], 1);
    const hub = usb.plug([1], 2);
    hub.deviceDescriptor = { ...hub.deviceDescriptor, bDeviceClass: 9 };
    expect(await bus.list()).toEqual([]);
    expect(bus.hubs).toEqual({ '1-1': 2 });
    usb.unplug(hub);
    await bus.list();
    expect(bus.hubs).toEqual({});
  });

  test('looks once for all who ask in one turn, and anew for who asks while it looks', async () => {
    const looks = vi.spyOn(usb, 'getDeviceList');
    const together = [bus.list(), bus.list()];
    await setImmediate();
    usb.plug([1], 2);
    const later = bus.list();
    expect(await Promise.all(together)).toEqual([[], []]);
    expect(await later).toHaveLength(1);
    expect(looks).toHaveBeenCalledTimes(2);
  });

  test('survives a configuration that cannot be read, and reads it at the next look', async () => {
    const board = usb.plug([1], 2);
    board.deviceDescriptor = { ...board.deviceDescriptor, idVendor: 0x1234 };
    board.configuration = libusbError('LIBUSB_ERROR_NOT_FOUND');
    expect(await bus.list()).toMatchObject([{ mode: 'other' }]);
    board.configuration = f405Configuration();
    expect(await bus.list()).toMatchObject([{ mode: 'dfu' }]);
  });

  test('asks a board for its serial number once per plug, and closes it again', async () => {
    const board = usb.plug([1], 2);
    await bus.list();
    await bus.list();
    expect(board.calls).toEqual(['open', 'close']);
    usb.unplug(board);
    await bus.list();
    usb.plug([1], 2).strings = { 3: 'ANOTHER' };
    expect(await bus.list()).toMatchObject([{ usbSerial: 'ANOTHER' }]);
  });

  test('looks anew at what is plugged in after another device on the same port and address', async () => {
    const board = usb.plug([1], 2);
    expect(await bus.list()).toMatchObject([{ mode: 'dfu' }]);
    usb.unplug(board);
    await bus.list();
    const serial = setting({ bInterfaceClass: 2, bInterfaceSubClass: 2, bInterfaceProtocol: 1 });
    usb.plug([1], 2).configuration = { interfaces: [[serial]] };
    expect(await bus.list()).toMatchObject([{ mode: 'application' }]);
  });

  test('does not open keyboards', async () => {
    const keyboard = usb.plug([1], 2);
    keyboard.deviceDescriptor = { ...keyboard.deviceDescriptor, idVendor: 1 };
    keyboard.configuration = { interfaces: [[setting({ bInterfaceClass: 3 })]] };
    expect(await bus.list()).toMatchObject([{ mode: 'other', usbSerial: null }]);
    expect(keyboard.calls).toEqual([]);
  });

  test('shows no serial number while a board may not be opened, and asks again at the next look', async () => {
    const board = usb.plug([1], 2);
    board.failures.set('open', [libusbError('LIBUSB_ERROR_ACCESS')]);
    expect(await bus.list()).toMatchObject([{ usbSerial: null }]);
    expect(await bus.list()).toMatchObject([{ usbSerial: '3276365D3336' }]);
  });

  test('leaves a board in peace that did not tell its serial number', async () => {
    const board = usb.plug([1], 2);
    board.strings = {};
    expect(await bus.list()).toMatchObject([{ usbSerial: null }]);
    await bus.list();
    expect(board.setups).toHaveLength(1);
  });

  test.each([
    ['a board that never answers', 'silent', 1_000, 'close'],
    ['a transfer that never ends', 'stuck', 3_000, 'open'],
  ] as const)('is held up by %s for no longer than it takes to give up', async (_, reply, ms, lastCall) => {
    const silent = usb.plug([1], 2);
    silent.answer = () => reply;
    usb.plug([2], 3);
    expect(await clock.until(bus.list())).toMatchObject([{ usbSerial: null }, { usbSerial: '3276365D3336' }]);
    expect(clock.now()).toBe(ms);
    expect(silent.calls.at(-1)).toBe(lastCall);
  });

  test('is fault USB_HOST when libusb cannot tell', async () => {
    usb.listFailure = libusbError('LIBUSB_ERROR_NO_MEM');
    await expect(bus.list()).rejects.toMatchObject({ code: 'USB_HOST', details: { errno: 'LIBUSB_ERROR_NO_MEM' } });
  });
});

describe('with a kernel that tells what it has', () => {
  test('serial numbers come from the kernel and no board is opened', async () => {
    bus = await openUsbBus({ binding: usb, clock, host: kernelWith(new Map([['1-1', 2]]), { '1-1': 'KERNEL' }) });
    const board = usb.plug([1], 2);
    expect(await bus.list()).toMatchObject([{ usbSerial: 'KERNEL' }]);
    expect(board.calls).toEqual([]);
  });

  test('a board that libusb still shows after it left is not listed', async () => {
    const kernel = new Map([['1-1', 2]]);
    bus = await openUsbBus({ binding: usb, clock, host: kernelWith(kernel) });
    usb.plug([1], 2);
    expect(await bus.list()).toHaveLength(1);
    kernel.set('1-1', 3);
    expect(await bus.list()).toEqual([]);
    await expect(clock.until(bus.open('1-1'))).rejects.toMatchObject({ code: 'USB_HOST' });
    kernel.delete('1-1');
    await expect(bus.open('1-1')).rejects.toMatchObject({ code: 'BOARD_GONE' });
  });

  test('a board that libusb was not told of is unseen when nothing else was told for five seconds, until it is told', async () => {
    bus = await openUsbBus({ binding: usb, clock, host: kernelWith(new Map([['1-1.4', 2]])) });
    await bus.list();
    expect(bus.arriving).toEqual({ '1-1.4': 2 });
    await clock.until(clock.sleep(4_999));
    expect(bus.unseen).toEqual([]);
    await clock.until(clock.sleep(1));
    expect(bus.unseen).toEqual(['1-1.4@2']);
    usb.plug([1, 4], 2);
    await bus.list();
    expect(bus.unseen).toEqual([]);
    expect(bus.arriving).toEqual({});
  });

  test('while others still arrive a board is not given up, but not for ever', async () => {
    const addresses = new Map([['1-1.4', 2]]);
    bus = await openUsbBus({ binding: usb, clock, host: kernelWith(addresses) });
    for (let seconds = 0; seconds < 30; seconds++) {
      addresses.set(`1-2.${seconds + 1}`, seconds + 10);
      usb.plug([2, seconds + 1], seconds + 10);
      await bus.list();
      expect(bus.unseen).toEqual([]);
      await clock.until(clock.sleep(1_000));
    }
    await bus.list();
    expect(bus.unseen).toEqual(['1-1.4@2']);
  });

  test('a board that another one replaced unknown to libusb is unseen too', async () => {
    const addresses = new Map([['1-1', 2]]);
    usb.plug([1], 2);
    bus = await openUsbBus({ binding: usb, clock, host: kernelWith(addresses) });
    await bus.list();
    addresses.set('1-1', 3);
    await bus.list();
    await clock.until(clock.sleep(5_000));
    expect(bus.unseen).toEqual(['1-1@3']);
    addresses.delete('1-1');
    await bus.list();
    expect(bus.unseen).toEqual([]);
  });

  test('trouble of the computer is told, and is another thing', async () => {
    const host = { ...kernelWith(new Map()), trouble: () => 'no USB at all' };
    bus = await openUsbBus({ binding: usb, clock, host });
    await bus.list();
    expect([bus.trouble, bus.unseen]).toEqual(['no USB at all', []]);
  });

  test('opening waits for libusb to be told', async () => {
    bus = await openUsbBus({ binding: usb, clock, host: kernelWith(new Map([['1-1', 2]])) });
    const opening = bus.open('1-1');
    await clock.until(clock.sleep(500));
    usb.plug([1], 2);
    const port = await clock.until(opening);
    expect(port.device.bcdDevice).toBe(0x2200);
    expect(clock.now()).toBeLessThanOrEqual(600);
  });
});

describe('watching', () => {
  test('hints at every plug and unplug until it is stopped', () => {
    let hints = 0;
    const stop = bus.watch(() => hints++);
    const board = usb.plug([1], 2);
    usb.unplug(board);
    expect(hints).toBe(2);
    stop();
    stop();
    usb.plug([1], 3);
    expect(hints).toBe(2);
    expect(usb.listenerCount('attach') + usb.listenerCount('detach')).toBe(0);
  });

  test('does not keep the process alive', () => {
    bus.watch(() => {});
    expect(usb.unrefs).toBe(1);
  });

  test('two watchers are told apart, even with one function', () => {
    let hints = 0;
    const hint = () => hints++;
    const stop = bus.watch(hint);
    bus.watch(hint);
    stop();
    stop();
    usb.plug([1], 2);
    expect(hints).toBe(1);
  });

  test('is given up where libusb cannot listen', () => {
    usb.canListen = false;
    const stop = bus.watch(() => {});
    expect(usb.listenerCount('attach')).toBe(0);
    stop();
  });

  test('that fails leaves no more than the hints missing', () => {
    usb.on('newListener', () => {
      throw libusbError('LIBUSB_ERROR_NO_MEM');
    });
    expect(() => bus.watch(() => {})()).not.toThrow();
  });

  test('ends when the bus is closed', async () => {
    bus.watch(() => {});
    await bus.close();
    expect(usb.listenerCount('attach')).toBe(0);
  });
});

describe('opening', () => {
  test('claims the DFU interface and reads what the board says about itself', async () => {
    const board = usb.plug([2, 3], 7);
    const port = await bus.open('1-2.3');
    expect(port.device).toEqual({
      vendorId: 0x0483,
      productId: 0xdf11,
      bcdDevice: 0x2200,
      usbSerial: '3276365D3336',
      functional: { attributes: 0x0b, detachTimeoutMs: 255, transferSize: 2048, bcdDfu: 0x011a },
      alternates: [
        { alternate: 0, name: '@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg' },
        { alternate: 1, name: '@Option Bytes  /0x1FFFC000/01*016 e' },
        { alternate: 2, name: '@OTP Memory /0x1FFF7800/01*512 e,01*016 e' },
        { alternate: 3, name: '@Device Feature/0xFFFF0000/01*004 e' },
      ],
    });
    expect(board.calls).toEqual(['open', 'detach', 'claim 0', 'set 0 0']);
  });

  test('does not select the only alternate setting of a board', async () => {
    const board = usb.plug([1], 2);
    board.configuration = f405Configuration(1);
    await bus.open('1-1');
    expect(board.calls).toEqual(['open', 'detach', 'claim 0']);
  });

  test('claims by interface number, not by place in the configuration', async () => {
    const board = usb.plug([1], 2);
    board.configuration = { interfaces: [[setting({ bInterfaceNumber: 5, extra: F405_FUNCTIONAL })]] };
    await bus.open('1-1');
    expect(board.calls).toContain('claim 5');
  });

  test('does without strings and without SET_INTERFACE where a board refuses them', async () => {
    const board = usb.plug([1], 2);
    board.strings = { 4: '@Internal Flash  /0x08000000/04*016Kg' };
    board.failures.set('set 0 0', [libusbError('LIBUSB_ERROR_OTHER')]);
    const port = await clock.until(bus.open('1-1'));
    expect(port.device.usbSerial).toBeNull();
    expect(port.device.alternates.map(({ name }) => name)).toEqual([
      '@Internal Flash  /0x08000000/04*016Kg',
      '',
      '',
      '',
    ]);
  });

  test('is done with a kernel driver that cannot be detached', async () => {
    const board = usb.plug([1], 2);
    board.failures.set('detach', [libusbError('LIBUSB_ERROR_NOT_SUPPORTED')]);
    await expect(bus.open('1-1')).resolves.toBeDefined();
  });

  test.each([
    ['open', 'LIBUSB_ERROR_BUSY', 'USB_BUSY'],
    ['claim 0', 'LIBUSB_ERROR_BUSY', 'USB_BUSY'],
    ['open', 'LIBUSB_ERROR_NO_DEVICE', 'BOARD_GONE'],
    ['claim 0', 'LIBUSB_ERROR_NOT_FOUND', 'BOARD_GONE'],
    ['open', 'LIBUSB_ERROR_NOT_SUPPORTED', 'USB_PERMISSION'],
    ['open', 'LIBUSB_ERROR_NO_MEM', 'USB_HOST'],
  ] as const)('%s that fails with %s is fault %s, and leaves the board closed', async (call, errno, code) => {
    const board = usb.plug([1], 2);
    const failures = Array.from({ length: 41 }, () => libusbError(errno));
    board.failures.set(call, failures);
    await expect(clock.until(bus.open('1-1'))).rejects.toMatchObject({ code, details: { path: '1-1', errno } });
    expect(board.calls.at(-1)).toBe('close');
    failures.splice(0);
    await expect(bus.open('1-1')).resolves.toBeDefined();
  });

  test.each([
    ['permission, as udev gives it after the plug', 'open', 'LIBUSB_ERROR_ACCESS', 'USB_PERMISSION'],
    ['a driver, as Windows gives it after the plug', 'open', 'LIBUSB_ERROR_NOT_SUPPORTED', 'USB_PERMISSION'],
    ['another program to let go', 'claim 0', 'LIBUSB_ERROR_BUSY', 'USB_BUSY'],
  ] as const)('waits two seconds for %s', async (_, call, errno, code) => {
    const failures = Array.from({ length: 10 }, () => libusbError(errno));
    const board = usb.plug([1], 2);
    board.failures.set(call, failures);
    const port = await clock.until(bus.open('1-1'));
    expect(clock.now()).toBe(500);
    await port.close();
    failures.push(...Array.from({ length: 100 }, () => libusbError(errno)));
    await expect(clock.until(bus.open('1-1'))).rejects.toMatchObject({ code, details: { path: '1-1', errno } });
    expect(clock.now()).toBe(2_500);
    expect(board.calls.at(-1)).toBe('close');
  });

  test.each(['LIBUSB_ERROR_NO_MEM', 'LIBUSB_ERROR_IO', 'LIBUSB_ERROR_NO_DEVICE'] as const)(
    'that fails with %s is not tried again',
    async (errno) => {
      usb.plug([1], 2).failures.set('open', [libusbError(errno)]);
      await expect(bus.open('1-1')).rejects.toBeInstanceOf(Fault);
      expect(clock.now()).toBe(0);
    },
  );

  test('of an empty port is fault BOARD_GONE at once', async () => {
    await expect(bus.open('1-9')).rejects.toMatchObject({ code: 'BOARD_GONE', details: { path: '1-9' } });
  });

  test('of a board that left the bootloader is fault BOARD_GONE', async () => {
    const serial = setting({ bInterfaceClass: 2, bInterfaceSubClass: 2, bInterfaceProtocol: 1 });
    usb.plug([1], 2).configuration = { interfaces: [[serial]] };
    await expect(bus.open('1-1')).rejects.toMatchObject({ code: 'BOARD_GONE' });
  });

  test('of a device without an active configuration is fault USB_HOST', async () => {
    usb.plug([1], 2).configuration = undefined;
    await expect(bus.open('1-1')).rejects.toMatchObject({ code: 'USB_HOST' });
  });

  test.each([
    ['without a functional descriptor', { interfaces: [[setting({})]] }],
    ['with 17 alternate settings', f405Configuration(17)],
  ])('of a board %s is fault BOARD_GARBLED', async (_, configuration) => {
    usb.plug([1], 2).configuration = configuration;
    await expect(bus.open('1-1')).rejects.toMatchObject({ code: 'BOARD_GARBLED', details: { path: '1-1' } });
  });

  test.each([
    ['LIBUSB_TRANSFER_TIMED_OUT', 'BOARD_SILENT'],
    ['LIBUSB_TRANSFER_ERROR', 'BOARD_GARBLED'],
    ['LIBUSB_ERROR_NO_MEM', 'USB_HOST'],
    ['LIBUSB_TRANSFER_NO_DEVICE', 'BOARD_GONE'],
  ] as const)('of a board whose strings end in %s is fault %s, and leaves it closed', async (errno, code) => {
    const board = usb.plug([1], 2);
    board.answer = () => libusbError(errno);
    await expect(clock.until(bus.open('1-1'))).rejects.toMatchObject({ code, details: { reason: errno } });
    expect(board.calls).toEqual(['open', 'detach', 'claim 0', 'release 0', 'close']);
  });

  test('of a board that is pulled meanwhile is fault BOARD_GONE, whatever failed', async () => {
    const board = usb.plug([1], 2);
    board.answer = () => {
      usb.unplug(board);
      return libusbError('LIBUSB_TRANSFER_TIMED_OUT');
    };
    await expect(clock.until(bus.open('1-1'))).rejects.toMatchObject({ code: 'BOARD_GONE' });
  });

  test('that fails because the board was pulled is fault BOARD_GONE, with what failed', async () => {
    const board = usb.plug([1], 2);
    board.open = () => {
      usb.unplug(board);
      throw libusbError('LIBUSB_ERROR_IO');
    };
    await expect(bus.open('1-1')).rejects.toMatchObject({
      code: 'BOARD_GONE',
      details: { path: '1-1', errno: 'LIBUSB_ERROR_IO' },
    });
  });

  test('twice is fault USB_BUSY until the first is closed', async () => {
    usb.plug([1], 2);
    const port = await bus.open('1-1');
    await expect(bus.open('1-1')).rejects.toMatchObject({ code: 'USB_BUSY' });
    await port.close();
    await expect(bus.open('1-1')).resolves.toBeDefined();
  });

  test('waits until the list has read the serial number, and the list leaves an open board alone', async () => {
    const board = usb.plug([1], 2);
    const listed = bus.list();
    await setImmediate();
    const port = await bus.open('1-1');
    await listed;
    expect(board.calls.slice(0, 3)).toEqual(['open', 'close', 'open']);
    board.calls.splice(0);
    expect(await bus.list()).toMatchObject([{ usbSerial: '3276365D3336' }]);
    expect(board.calls).toEqual([]);
    await port.close();
  });

  test('keeps the list from reading the serial number of a board that it has not met', async () => {
    const board = usb.plug([1], 2);
    await bus.open('1-1');
    board.setups.splice(0);
    expect(await bus.list()).toMatchObject([{ usbSerial: null }]);
    expect(board.setups).toEqual([]);
  });

  test('closing the bus closes what is open', async () => {
    const board = usb.plug([1], 2);
    await bus.open('1-1');
    await bus.close();
    expect(board.calls.slice(-2)).toEqual(['release 0', 'close']);
  });
});

describe('the binding', () => {
  test('that is missing is fault USB_HOST with the reason', async () => {
    const load = () => Promise.reject(new Error('No native build was found for platform=plan9'));
    await expect(loadBinding(load)).rejects.toMatchObject({
      code: 'USB_HOST',
      details: { reason: 'No native build was found for platform=plan9' },
    });
  });

  test('that does not start is fault USB_HOST with the name of the error', async () => {
    const real = await import('usb');
    const broken = { ...real, usb: Object.create(real.usb, { INIT_ERROR: { value: -99 } }) as typeof real.usb };
    await expect(loadBinding(() => Promise.resolve(broken))).rejects.toMatchObject({
      code: 'USB_HOST',
      details: { errno: 'LIBUSB_ERROR_OTHER' },
    });
  });
});
