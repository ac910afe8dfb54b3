import { type DfuPort, TransferError } from '@flashline/dfuse';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { SILENT_HOST } from './discovery/host.ts';
import { libusbError } from './testing/fake-transfer.ts';
import { type FakeDevice, FakeUsb } from './testing/fake-usb.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { openUsbBus } from './usb-bus.ts';

const DNLOAD = 1;
const UPLOAD = 2;
const GETSTATUS = 3;
const CLRSTATUS = 4;

let usb: FakeUsb;
let clock: ManualClock;
let board: FakeDevice;
let port: DfuPort;

beforeEach(async () => {
  usb = new FakeUsb();
  clock = new ManualClock();
  board = usb.plug([1], 2);
  port = await (await openUsbBus({ binding: usb, host: SILENT_HOST, clock })).open('1-1');
  board.setups.splice(0);
  board.calls.splice(0);
});

describe('a transfer', () => {
  test('out is a class request to the interface with its own timeout', async () => {
    await port.controlOut(DNLOAD, 2, Uint8Array.of(1, 2, 3), 5_000);
    expect(board.setups).toEqual([
      { bmRequestType: 0x21, bRequest: DNLOAD, wValue: 2, wIndex: 0, data: [1, 2, 3], timeoutMs: 5_000 },
    ]);
  });

  test('out may carry nothing', async () => {
    await port.controlOut(CLRSTATUS, 0, new Uint8Array(), 100);
    expect(board.setups).toMatchObject([{ bRequest: CLRSTATUS, data: [] }]);
  });

  test('in gives the bytes that came, which may be fewer', async () => {
    board.answer = () => Buffer.of(0, 104, 0, 0, 4);
    expect(await port.controlIn(GETSTATUS, 0, 6, 250)).toEqual(Uint8Array.of(0, 104, 0, 0, 4));
    expect(board.setups).toEqual([
      { bmRequestType: 0xa1, bRequest: GETSTATUS, wValue: 0, wIndex: 0, data: 6, timeoutMs: 250 },
    ]);
  });

  test('never waits without end: no timeout is the shortest one', async () => {
    await port.controlOut(CLRSTATUS, 0, new Uint8Array(), 0);
    await port.controlOut(CLRSTATUS, 0, new Uint8Array(), 0.4);
    expect(board.setups.map(({ timeoutMs }) => timeoutMs)).toEqual([1, 1]);
  });

  test('that took only a part of the bytes is protocol trouble', async () => {
    board.answer = () => 2;
    await expect(clock.until(port.controlOut(DNLOAD, 2, new Uint8Array(3), 100))).rejects.toMatchObject({
      trouble: 'protocol',
      message: 'the device took 2 of 3 bytes',
    });
  });

  test.each([
    ['LIBUSB_TRANSFER_STALL', 'stall'],
    ['LIBUSB_TRANSFER_TIMED_OUT', 'timeout'],
    ['LIBUSB_TRANSFER_NO_DEVICE', 'gone'],
    ['LIBUSB_TRANSFER_ERROR', 'protocol'],
    ['LIBUSB_ERROR_NO_MEM', 'host'],
  ] as const)('that ends in %s rejects with TransferError %s', async (errno, trouble) => {
    board.answer = () => libusbError(errno);
    const error: unknown = await clock.until(port.controlIn(UPLOAD, 2, 64, 100)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TransferError);
    expect(error).toMatchObject({ trouble, message: errno });
  });

  test('waits for the one before it', async () => {
    board.answer = ({ bRequest }) => (bRequest === DNLOAD ? 'silent' : undefined);
    const first = port.controlOut(DNLOAD, 2, new Uint8Array(3), 5_000);
    const second = port.controlIn(GETSTATUS, 0, 6, 100);
    first.catch(() => {});
    await new Promise(setImmediate);
    expect(board.setups).toHaveLength(1);
    board.finishPending();
    await expect(second).resolves.toHaveLength(6);
  });

  test('leaves no timer behind', async () => {
    await port.controlIn(GETSTATUS, 0, 6, 100);
    expect(clock.sleepers).toBe(0);
  });
});

describe('unplugging', () => {
  test.each([
    'LIBUSB_TRANSFER_STALL',
    'LIBUSB_TRANSFER_ERROR',
    'LIBUSB_ERROR_IO',
    'LIBUSB_TRANSFER_TIMED_OUT',
  ] as const)('%s from a board that is no longer on the bus is gone', async (errno) => {
    board.answer = () => libusbError(errno);
    usb.unplug(board);
    await expect(port.controlIn(GETSTATUS, 0, 6, 100)).rejects.toMatchObject({ trouble: 'gone' });
  });

  test('is believed although the bus tells it only after the transfer has failed', async () => {
    board.answer = () => libusbError('LIBUSB_TRANSFER_ERROR');
    const transfer = port.controlIn(GETSTATUS, 0, 6, 100);
    const unplugged = clock.sleep(200).then(() => usb.unplug(board));
    await expect(clock.until(transfer)).rejects.toMatchObject({ trouble: 'gone' });
    await unplugged;
    expect(clock.now()).toBeLessThanOrEqual(250);
  });

  test('is noticed although another board already sits in the slot', async () => {
    board.answer = () => libusbError('LIBUSB_TRANSFER_STALL');
    usb.unplug(board);
    usb.plug([1], 3);
    await expect(port.controlIn(GETSTATUS, 0, 6, 100)).rejects.toMatchObject({ trouble: 'gone' });
  });

  test('is not assumed when libusb cannot tell what is on the bus', async () => {
    board.answer = () => libusbError('LIBUSB_TRANSFER_STALL');
    usb.listFailure = libusbError('LIBUSB_ERROR_NO_MEM');
    await expect(port.controlIn(GETSTATUS, 0, 6, 100)).rejects.toMatchObject({ trouble: 'stall' });
  });

  test('a stall of a board that is there is told at once', async () => {
    board.answer = () => libusbError('LIBUSB_TRANSFER_STALL');
    await expect(port.controlIn(GETSTATUS, 0, 6, 100)).rejects.toMatchObject({ trouble: 'stall' });
    expect(clock.now()).toBe(0);
  });
});

describe('a device that never answers', () => {
  beforeEach(() => {
    board.answer = () => 'silent';
  });

  test('is timeout trouble when its time is over, although libusb keeps no time', async () => {
    await expect(clock.until(port.controlIn(GETSTATUS, 0, 6, 500))).rejects.toMatchObject({ trouble: 'timeout' });
    expect(clock.now()).toBe(500);
    expect(board.pending.size).toBe(0);
    expect(clock.sleepers).toBe(0);
  });

  test('may be asked again, and be closed', async () => {
    await clock.until(port.controlIn(GETSTATUS, 0, 6, 500)).catch(() => {});
    board.answer = () => Buffer.of(0, 0, 0, 0, 2, 0);
    await expect(port.controlIn(GETSTATUS, 0, 6, 500)).resolves.toHaveLength(6);
    await port.close();
    expect(board.calls).toEqual(['release 0', 'close']);
  });

  test('is gone when it has left the bus meanwhile', async () => {
    usb.unplug(board);
    await expect(clock.until(port.controlIn(GETSTATUS, 0, 6, 500))).rejects.toMatchObject({ trouble: 'gone' });
  });

  test('is believed when it answers at the last moment', async () => {
    const asked = port.controlIn(GETSTATUS, 0, 6, 500);
    const answered = clock.sleep(500).then(() => board.finishPending());
    await expect(clock.until(asked)).resolves.toHaveLength(0);
    await answered;
  });

  test('is waited for where it can no longer be cancelled', async () => {
    vi.spyOn(usb.Transfer.prototype, 'cancel').mockImplementationOnce(() => {
      throw libusbError('LIBUSB_ERROR_NO_DEVICE');
    });
    const asked = port.controlIn(GETSTATUS, 0, 6, 500);
    const answered = clock.sleep(600).then(() => board.finishPending());
    await expect(clock.until(asked)).resolves.toHaveLength(0);
    await answered;
  });
});

describe('a transfer that cannot be submitted', () => {
  test('rejects with what submitting threw, and the next one is tried', async () => {
    vi.spyOn(usb.Transfer.prototype, 'submit').mockImplementationOnce(() => {
      throw libusbError('LIBUSB_ERROR_NO_DEVICE');
    });
    await expect(port.controlIn(GETSTATUS, 0, 6, 500)).rejects.toMatchObject({ trouble: 'gone' });
    await expect(port.controlIn(GETSTATUS, 0, 6, 500)).resolves.toHaveLength(6);
  });
});

describe('a transfer that never ends, not even when it is cancelled', () => {
  test('is host trouble two seconds after its timeout, and so is everything after it', async () => {
    board.answer = () => 'stuck';
    await expect(clock.until(port.controlIn(GETSTATUS, 0, 6, 5_000))).rejects.toMatchObject({ trouble: 'host' });
    expect(clock.now()).toBe(7_000);
    await expect(port.controlIn(GETSTATUS, 0, 6, 5_000)).rejects.toMatchObject({ trouble: 'host' });
    expect(board.setups).toHaveLength(1);
  });

  test('does not keep close from coming back', async () => {
    board.answer = () => 'stuck';
    await clock.until(port.controlIn(GETSTATUS, 0, 6, 100)).catch(() => {});
    await expect(port.close()).resolves.toBeUndefined();
    expect(board.calls).toEqual([]);
  });
});

describe('selecting an alternate setting', () => {
  test('is SET_INTERFACE', async () => {
    await port.selectAlternate(2);
    expect(board.calls).toEqual(['set 0 2']);
  });

  test('that the board does not have is refused before it is asked', async () => {
    await expect(port.selectAlternate(4)).rejects.toThrow(RangeError);
    expect(board.calls).toEqual([]);
  });

  test('that the board refuses rejects with TransferError', async () => {
    board.failures.set('set 0 1', [libusbError('LIBUSB_ERROR_NO_DEVICE')]);
    await expect(port.selectAlternate(1)).rejects.toMatchObject({ name: 'TransferError', trouble: 'gone' });
  });
});

describe('closing', () => {
  test('releases, then closes, once', async () => {
    await Promise.all([port.close(), port.close()]);
    expect(board.calls).toEqual(['release 0', 'close']);
  });

  test('waits for the transfer that is under way', async () => {
    board.answer = () => 'silent';
    const transfer = port.controlOut(DNLOAD, 2, new Uint8Array(0), 100);
    const closed = port.close();
    await new Promise(setImmediate);
    expect(board.calls).toEqual([]);
    board.finishPending();
    await Promise.allSettled([transfer, closed]);
    expect(board.calls).toEqual(['release 0', 'close']);
  });

  test('never rejects, and still closes when the board has gone', async () => {
    board.failures.set('release 0', [libusbError('LIBUSB_ERROR_NO_DEVICE')]);
    board.failures.set('close', [new Error('odd')]);
    await expect(port.close()).resolves.toBeUndefined();
    expect(board.calls).toEqual(['release 0', 'close']);
  });

  test('refuses what is asked afterwards', async () => {
    await port.close();
    await expect(port.controlIn(GETSTATUS, 0, 6, 100)).rejects.toMatchObject({
      trouble: 'host',
      message: 'the port is closed',
    });
    expect(board.setups).toEqual([]);
  });
});
