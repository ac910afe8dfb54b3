import type { NativeTransfer, TransferDone, UsbBinding, UsbDevice } from '../binding.ts';

/** The fields of a setup packet that a caller chooses (USB 2.0, table 9-2). */
export interface Setup {
  readonly requestType: number;
  readonly request: number;
  readonly value: number;
  readonly index: number;
}

/** Something that native code is doing. */
export interface NativeWork<T> {
  readonly ended: Promise<T>;
  /** Asks it to end early, which it may not do. Never throws. */
  cancel(): void;
}

const CONTROL_ENDPOINT = 0;
const TYPE_CONTROL = 0;
const SETUP_BYTES = 8;

/** A control transfer as libusb wants it: the setup packet, then room for `length` bytes of data. */
export function packetOf({ requestType, request, value, index }: Setup, length: number): Buffer {
  const packet = Buffer.alloc(SETUP_BYTES + length);
  packet.writeUInt8(requestType, 0);
  packet.writeUInt8(request, 1);
  packet.writeUInt16LE(value, 2);
  packet.writeUInt16LE(index, 4);
  packet.writeUInt16LE(length, 6);
  return packet;
}

/** The first `length` bytes of data in a packet. */
export function dataOf(packet: Buffer, length: number): Uint8Array {
  return packet.subarray(SETUP_BYTES, SETUP_BYTES + length);
}

/** Submits a packet. `ended` gives the bytes of data that went either way, or what the binding says went wrong. May throw. */
export function submitControl(
  binding: UsbBinding,
  device: UsbDevice,
  packet: Buffer,
  timeoutMs: number,
): NativeWork<number> {
  const { promise: ended, resolve, reject } = Promise.withResolvers<number>();
  const onEnd: TransferDone = (error, _packet, length) => (error === undefined ? resolve(length) : reject(error));
  const transfer = new binding.Transfer(device as never, CONTROL_ENDPOINT, TYPE_CONTROL, timeoutMs, onEnd);
  transfer.submit(packet);
  return { ended, cancel: () => cancelQuietly(transfer) };
}

function cancelQuietly(transfer: NativeTransfer): void {
  try {
    transfer.cancel();
  } catch {
    // The device has just left: its transfers end by themselves.
  }
}
