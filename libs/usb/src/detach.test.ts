import { Fault } from '@flashline/contracts';
import { beforeEach, describe, expect, test } from 'vitest';
import { SILENT_HOST } from './discovery/host.ts';
import { libusbError } from './testing/fake-transfer.ts';
import { type FakeDevice, FakeUsb, f405Configuration, setting } from './testing/fake-usb.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { openUsbBus, type UsbBus } from './usb-bus.ts';

const CDC = setting({ bInterfaceClass: 2, bInterfaceSubClass: 2, bInterfaceProtocol: 1 });
const RUN_TIME = { bInterfaceNumber: 2, bInterfaceProtocol: 1 };

let usb: FakeUsb;
let clock: ManualClock;
let board: FakeDevice;
let bus: UsbBus;

beforeEach(async () => {
  usb = new FakeUsb();
  clock = new ManualClock();
  bus = await openUsbBus({ binding: usb, host: SILENT_HOST, clock });
  board = usb.plug([1], 2);
  board.deviceDescriptor = { ...board.deviceDescriptor, idProduct: 0x5740 };
  runs({ attributes: 0x03, detachTimeoutMs: 500 });
});

/** The board runs firmware with a serial port and this DFU interface. */
function runs(functional: { readonly attributes: number; readonly detachTimeoutMs: number } | null): void {
  const { attributes, detachTimeoutMs: ms } = functional ?? { attributes: 0, detachTimeoutMs: 0 };
  const descriptor = Uint8Array.of(9, 0x21, attributes, ms & 0xff, ms >> 8, 0x00, 0x08, 0x10, 0x01);
  const extra = functional === null ? new Uint8Array() : descriptor;
  board.configuration = { interfaces: [[CDC], [setting({ ...RUN_TIME, extra })]] };
}

describe('asking running firmware into its bootloader', () => {
  test('is DETACH with the time that it names, then a reset of the bus', async () => {
    await bus.detachIntoBootloader('1-1');
    expect(board.setups).toEqual([
      { bmRequestType: 0x21, bRequest: 0, wValue: 500, wIndex: 2, data: [], timeoutMs: 1_000 },
    ]);
    expect(board.calls).toEqual(['open', 'detach', 'claim 2', 'reset', 'release 2', 'close']);
  });

  test('needs no reset where the firmware says that it detaches itself', async () => {
    runs({ attributes: 0x08, detachTimeoutMs: 255 });
    await bus.detachIntoBootloader('1-1');
    expect(board.setups).toMatchObject([{ wValue: 255 }]);
    expect(board.calls).toEqual(['open', 'detach', 'claim 2', 'release 2', 'close']);
  });

  test.each([[null], [{ attributes: 0x03, detachTimeoutMs: 0 }]])(
    'gives a second where it names no time',
    async (said) => {
      runs(said);
      await bus.detachIntoBootloader('1-1');
      expect(board.setups).toMatchObject([{ wValue: 1_000 }]);
      expect(board.calls).toContain('reset');
    },
  );

  test.each(['LIBUSB_TRANSFER_NO_DEVICE', 'LIBUSB_TRANSFER_ERROR', 'LIBUSB_TRANSFER_STALL'] as const)(
    'has worked when the board leaves at DETACH with %s',
    async (errno) => {
      board.answer = () => {
        usb.unplug(board);
        return libusbError(errno);
      };
      await expect(clock.until(bus.detachIntoBootloader('1-1'))).resolves.toBeUndefined();
      expect(board.calls).toEqual(['open', 'detach', 'claim 2', 'release 2', 'close']);
    },
  );

  test('has worked when the board leaves without answering DETACH', async () => {
    board.answer = () => {
      usb.unplug(board);
      return 'silent';
    };
    await expect(clock.until(bus.detachIntoBootloader('1-1'))).resolves.toBeUndefined();
  });

  test('has worked when the board comes back from the reset as another device', async () => {
    board.failures.set('reset', [libusbError('LIBUSB_ERROR_NOT_FOUND')]);
    const replaced = clock.sleep(200).then(() => {
      usb.unplug(board);
      usb.plug([1], 3);
    });
    await expect(clock.until(bus.detachIntoBootloader('1-1'))).resolves.toBeUndefined();
    await replaced;
    expect(board.isOpen).toBe(false);
    await expect(bus.open('1-1')).resolves.toBeDefined();
  });

  test.each([
    ['LIBUSB_TRANSFER_STALL', 'BOARD_STALLED'],
    ['LIBUSB_ERROR_IO', 'USB_HOST'],
  ] as const)('that ends in %s although the board stays is fault %s', async (errno, code) => {
    board.answer = () => libusbError(errno);
    const asked = clock.until(bus.detachIntoBootloader('1-1'));
    await expect(asked).rejects.toMatchObject({ code, details: { path: '1-1', reason: errno } });
    await expect(asked).rejects.toBeInstanceOf(Fault);
    expect(board.calls).not.toContain('reset');
    expect([board.isOpen, board.claims.size]).toEqual([false, 0]);
  });

  test.each([
    ['is not answered', 'silent'],
    ['is told to have timed out', libusbError('LIBUSB_TRANSFER_TIMED_OUT')],
    ['breaks on the wire', libusbError('LIBUSB_TRANSFER_ERROR')],
  ] as const)('that %s may have been heard: the bus is reset, and shows it', async (_, reply) => {
    board.answer = () => reply;
    await expect(clock.until(bus.detachIntoBootloader('1-1'))).resolves.toBeUndefined();
    expect(board.calls).toEqual(['open', 'detach', 'claim 2', 'reset', 'release 2', 'close']);
  });

  test('that is not answered by firmware that detaches itself is left to it', async () => {
    runs({ attributes: 0x08, detachTimeoutMs: 255 });
    board.answer = () => 'silent';
    await expect(clock.until(bus.detachIntoBootloader('1-1'))).resolves.toBeUndefined();
    expect(board.calls).not.toContain('reset');
  });

  test('is fault USB_HOST when the bus cannot be reset', async () => {
    board.failures.set('reset', [libusbError('LIBUSB_ERROR_OTHER')]);
    await expect(clock.until(bus.detachIntoBootloader('1-1'))).rejects.toMatchObject({ code: 'USB_HOST' });
  });

  test.each([
    ['without such an interface', { interfaces: [[CDC]] }],
    ['that is in its bootloader already', f405Configuration()],
    ['whose configuration cannot be read', undefined],
  ])('of a board %s is fault BOARD_SILENT, and leaves it alone', async (_, configuration) => {
    board.configuration = configuration;
    await expect(bus.detachIntoBootloader('1-1')).rejects.toMatchObject({ code: 'BOARD_SILENT' });
    expect(board.calls).toEqual([]);
  });

  test('of a bootloader that calls its DFU mode run-time is fault BOARD_SILENT', async () => {
    board.deviceDescriptor = { ...board.deviceDescriptor, idVendor: 0x1fc9, idProduct: 0x000c };
    await expect(bus.detachIntoBootloader('1-1')).rejects.toMatchObject({ code: 'BOARD_SILENT' });
  });

  test('may be tried again when the board did not do it', async () => {
    await bus.detachIntoBootloader('1-1');
    await bus.detachIntoBootloader('1-1');
    expect(board.setups).toHaveLength(2);
  });

  test('of an empty port is fault BOARD_GONE', async () => {
    await expect(bus.detachIntoBootloader('1-2')).rejects.toMatchObject({ code: 'BOARD_GONE' });
  });

  test('waits for permission as opening does', async () => {
    board.failures.set('open', [libusbError('LIBUSB_ERROR_ACCESS')]);
    await expect(clock.until(bus.detachIntoBootloader('1-1'))).resolves.toBeUndefined();
    expect(clock.now()).toBe(50);
  });
});
