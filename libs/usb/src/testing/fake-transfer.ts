import type { NativeTransfer, TransferDone, UsbDevice } from '../binding.ts';
import { LIBUSB_FAILURES } from '../errors/libusb-error.ts';

/** An error as the binding throws it. */
export function libusbError(name: keyof typeof LIBUSB_FAILURES): Error {
  return Object.assign(new Error(name), { errno: LIBUSB_FAILURES[name].errno });
}

/** A control transfer as a device meets it. */
export interface Setup {
  readonly bmRequestType: number;
  readonly bRequest: number;
  readonly wValue: number;
  readonly wIndex: number;
  /** What is sent, or how much is asked for. */
  readonly data: readonly number[] | number;
  readonly timeoutMs: number;
}

/** `silent` lasts until it is cancelled, `stuck` does not even end then. */
export type Reply = Error | Buffer | number | 'silent' | 'stuck';

/** A device that transfers can be submitted to. */
export interface TransferTarget extends UsbDevice {
  /** The transfers that are under way. */
  readonly pending: Set<FakeTransfer>;
  replyTo(setup: Setup): Reply;
}

/** A control transfer that keeps the binding's rules: it ends once, later than it was submitted. */
export class FakeTransfer implements NativeTransfer {
  readonly #device: TransferTarget;
  readonly #timeoutMs: number;
  readonly #done: TransferDone;
  #packet: Buffer = Buffer.alloc(0);
  #isStuck = false;

  constructor(...[device, endpoint, type, timeoutMs, done]: [TransferTarget, number, number, number, TransferDone]) {
    if (endpoint !== 0 || type !== 0) throw new TypeError('no control transfer');
    this.#device = device;
    this.#timeoutMs = timeoutMs;
    this.#done = done;
  }

  submit(packet: Buffer): void {
    this.#packet = packet;
    this.#device.pending.add(this);
    const reply = this.#device.replyTo(this.#setup());
    this.#isStuck = reply === 'stuck';
    if (reply !== 'silent' && reply !== 'stuck') queueMicrotask(() => this.end(reply));
  }

  cancel(): boolean {
    if (!this.#device.pending.has(this)) return false;
    if (!this.#isStuck) queueMicrotask(() => this.end(libusbError('LIBUSB_TRANSFER_CANCELLED')));
    return true;
  }

  end(outcome: Error | Buffer | number): void {
    if (!this.#device.pending.delete(this)) return;
    if (outcome instanceof Error) this.#done(outcome, this.#packet, 0);
    else if (typeof outcome === 'number') this.#done(undefined, this.#packet, outcome);
    else this.#done(undefined, this.#packet, outcome.copy(this.#packet, 8));
  }

  #setup(): Setup {
    const packet = this.#packet;
    const isIn = packet.readUInt8(0) >= 0x80;
    return {
      bmRequestType: packet.readUInt8(0),
      bRequest: packet.readUInt8(1),
      wValue: packet.readUInt16LE(2),
      wIndex: packet.readUInt16LE(4),
      data: isIn ? packet.readUInt16LE(6) : [...packet.subarray(8)],
      timeoutMs: this.#timeoutMs,
    };
  }
}
