import { type Clock, TransferError } from '@flashline/dfuse';
import type { Done, UsbBinding, UsbDevice } from '../binding.ts';
import { parseString } from '../descriptor/text.ts';
import { asTransferError } from '../errors/libusb-error.ts';
import { dataOf, type NativeWork, packetOf, type Setup, submitControl } from './control-transfer.ts';

/** What a pipe needs of the bus that its device is on. */
export interface PipeSurroundings {
  readonly binding: UsbBinding;
  readonly clock: Clock;
  /** False once the device has left the bus. */
  readonly isPresent: () => boolean;
}

/** How long native work may stay silent past its timeout, although it was cancelled then, before it is given up. */
const WATCHDOG_MARGIN_MS = 2_000;
/** After an unplug transfers break (EPROTO, EIO) for this long before the kernel says that the device is gone. */
const UNPLUG_SETTLE_MS = 500;
const UNPLUG_STEP_MS = 50;

/** Given as a reason because an abort without one makes a DOMException with its stack, for every transfer. */
const ENDED = 'ended';

const STANDARD_IN = 0x80;
const GET_DESCRIPTOR = 0x06;
const DT_STRING = 0x03;
const LANGUAGE_ENGLISH = 0x0409;
const STRING_BYTES_MAX = 255;
const STRING_TIMEOUT_MS = 1_000;

/** All native work on one opened device, one piece at a time, each under a watchdog. Rejects with nothing but TransferError. */
export class ControlPipe {
  readonly #device: UsbDevice;
  readonly #around: PipeSurroundings;
  #tail: Promise<unknown> = Promise.resolve();
  #refusal: string | null = null;
  #isPoisoned = false;

  constructor(device: UsbDevice, around: PipeSurroundings) {
    this.#device = device;
    this.#around = around;
  }

  /** Sends all of `data`. */
  async out(setup: Setup, data: Uint8Array, timeoutMs: number): Promise<void> {
    const packet = packetOf(setup, data.length);
    dataOf(packet, data.length).set(data);
    const written = await this.#transfer(packet, timeoutMs);
    if (written !== data.length)
      throw new TransferError('protocol', `the device took ${written} of ${data.length} bytes`);
  }

  /** Reads up to `length` bytes. */
  async in(setup: Setup, length: number, timeoutMs: number): Promise<Uint8Array> {
    const packet = packetOf(setup, length);
    const read = await this.#transfer(packet, timeoutMs);
    return new Uint8Array(dataOf(packet, read));
  }

  /** A string descriptor in English; null when the device has none by that index or answers with something else. */
  async text(index: number): Promise<string | null> {
    if (index === 0) return null;
    const setup = {
      requestType: STANDARD_IN,
      request: GET_DESCRIPTOR,
      value: (DT_STRING << 8) | index,
      index: LANGUAGE_ENGLISH,
    };
    return parseString(await this.in(setup, STRING_BYTES_MAX, STRING_TIMEOUT_MS));
  }

  /** Runs other native work that ends by a callback and keeps to `timeoutMs` by itself. */
  call(timeoutMs: number, start: (done: Done) => void): Promise<void> {
    return this.#run(timeoutMs, () => {
      const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
      start((error) => (error ? reject(error) : resolve()));
      return { ended, cancel: () => {} };
    });
  }

  /** Refuses all further work and resolves when the work that was already asked for has ended, however it ended. */
  async drain(): Promise<void> {
    this.#refusal ??= 'the port is closed';
    await this.#tail;
  }

  #transfer(packet: Buffer, timeoutMs: number): Promise<number> {
    // libusb reads 0 as for ever.
    const limitMs = Math.max(1, Math.ceil(timeoutMs));
    return this.#run(limitMs, () => submitControl(this.#around.binding, this.#device, packet, limitMs));
  }

  #run<T>(timeoutMs: number, start: () => NativeWork<T>): Promise<T> {
    if (this.#refusal !== null) return Promise.reject(new TransferError('host', this.#refusal));
    const turn = this.#tail.then(() => this.#watched(timeoutMs, start));
    this.#tail = turn.catch(() => {});
    return turn;
  }

  async #watched<T>(timeoutMs: number, start: () => NativeWork<T>): Promise<T> {
    if (this.#isPoisoned) throw new TransferError('host', 'an earlier transfer never ended');
    const calledOff = new AbortController();
    try {
      const work = start();
      return await Promise.race([work.ended, this.#overdue(work, timeoutMs, calledOff.signal)]);
    } catch (thrown) {
      throw await this.#judged(asTransferError(thrown));
    } finally {
      calledOff.abort(ENDED);
    }
  }

  /**
   * Resolves never: it cancels overdue work and gives up what does not end even then, or is called off. libusb alone does
   * not keep the time: built without timerfd, as in the npm package, it looks at its timeouts when something happens on
   * some device, or once a minute.
   */
  async #overdue(work: NativeWork<unknown>, timeoutMs: number, calledOff: AbortSignal): Promise<never> {
    await this.#around.clock.sleep(timeoutMs, calledOff);
    work.cancel();
    await this.#around.clock.sleep(WATCHDOG_MARGIN_MS, calledOff);
    this.#isPoisoned = true;
    throw new TransferError('host', `the USB library did not end a transfer of ${timeoutMs} ms`);
  }

  /** The same error, or `gone` when it was only the echo of an unplug. */
  async #judged(error: TransferError): Promise<TransferError> {
    if (error.trouble === 'gone' || this.#isPoisoned) return error;
    const { clock, isPresent } = this.#around;
    const isEchoLike = error.trouble === 'protocol' || error.trouble === 'host';
    for (let leftMs = isEchoLike ? UNPLUG_SETTLE_MS : 0; isPresent(); leftMs -= UNPLUG_STEP_MS) {
      if (leftMs <= 0) return error;
      await clock.sleep(UNPLUG_STEP_MS);
    }
    return new TransferError('gone', `${error.message}, and the device has left the bus`, { cause: error });
  }
}
