import { type Clock, TransferError } from '@flashline/dfuse';
import type { Done, UsbDevice } from './binding.ts';
import { parseString } from './descriptor/text.ts';
import { asTransferError } from './libusb-error.ts';

/** The fields of a setup packet that a caller chooses (USB 2.0, table 9-2). */
export interface Setup {
  readonly requestType: number;
  readonly request: number;
  readonly value: number;
  readonly index: number;
}

/** How long after its own timeout native work may stay silent before it is given up. */
const WATCHDOG_MARGIN_MS = 2_000;
/** After an unplug transfers break (EPROTO, EIO) for this long before the kernel says that the device is gone. */
const UNPLUG_SETTLE_MS = 500;
const UNPLUG_STEP_MS = 50;

const STANDARD_IN = 0x80;
const GET_DESCRIPTOR = 0x06;
const DT_STRING = 0x03;
const LANGUAGE_ENGLISH = 0x0409;
const STRING_BYTES_MAX = 255;
const STRING_TIMEOUT_MS = 1_000;

/** All native work on one opened device, one piece at a time, each under a watchdog. Rejects with nothing but TransferError. */
export class ControlPipe {
  readonly #device: UsbDevice;
  readonly #clock: Clock;
  readonly #isPresent: () => boolean;
  #tail: Promise<unknown> = Promise.resolve();
  #refusal: string | null = null;
  #isPoisoned = false;

  constructor(device: UsbDevice, clock: Clock, isPresent: () => boolean) {
    this.#device = device;
    this.#clock = clock;
    this.#isPresent = isPresent;
  }

  /** Sends all of `data`. */
  out(setup: Setup, data: Uint8Array, timeoutMs: number): Promise<void> {
    return this.#run(timeoutMs, async () => {
      const written = await this.#submit(setup, Buffer.from(data), timeoutMs);
      if (written !== data.length)
        throw new TransferError('protocol', `the device took ${String(written)} of ${data.length} bytes`);
    });
  }

  /** Reads up to `length` bytes. */
  in(setup: Setup, length: number, timeoutMs: number): Promise<Uint8Array> {
    return this.#run(timeoutMs, async () => {
      const answer = await this.#submit(setup, length, timeoutMs);
      if (!(answer instanceof Uint8Array)) throw new TransferError('host', 'the USB library gave no bytes');
      return new Uint8Array(answer);
    });
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
    return this.#run(
      timeoutMs,
      () => new Promise<void>((resolve, reject) => start((error) => (error ? reject(error) : resolve()))),
    );
  }

  /** Refuses all further work and resolves when the work that was already asked for has ended, however it ended. */
  async drain(): Promise<void> {
    this.#refusal ??= 'the port is closed';
    await this.#tail;
  }

  #run<T>(timeoutMs: number, work: () => Promise<T>): Promise<T> {
    if (this.#refusal !== null) return Promise.reject(new TransferError('host', this.#refusal));
    const turn = this.#tail.then(() => this.#watched(timeoutMs, work));
    this.#tail = turn.catch(() => {});
    return turn;
  }

  async #watched<T>(timeoutMs: number, work: () => Promise<T>): Promise<T> {
    if (this.#isPoisoned) throw new TransferError('host', 'an earlier transfer never ended');
    const ended = new AbortController();
    try {
      return await Promise.race([work(), this.#bark(timeoutMs + WATCHDOG_MARGIN_MS, ended.signal)]);
    } catch (thrown) {
      throw await this.#judged(asTransferError(thrown));
    } finally {
      ended.abort();
    }
  }

  // Resolves never: it either rejects in time or is called off, and then nobody listens any more.
  async #bark(limitMs: number, calledOff: AbortSignal): Promise<never> {
    await this.#clock.sleep(limitMs, calledOff);
    this.#isPoisoned = true;
    throw new TransferError('host', `the USB library did not end a transfer within ${limitMs} ms`);
  }

  /** The same error, or `gone` when it was only the echo of an unplug. */
  async #judged(error: TransferError): Promise<TransferError> {
    if (error.trouble === 'gone' || this.#isPoisoned) return error;
    const isEchoLike = error.trouble === 'protocol' || error.trouble === 'host';
    for (let leftMs = isEchoLike ? UNPLUG_SETTLE_MS : 0; this.#isPresent(); leftMs -= UNPLUG_STEP_MS) {
      if (leftMs <= 0) return error;
      await this.#clock.sleep(UNPLUG_STEP_MS);
    }
    return new TransferError('gone', `${error.message}, and the device has left the bus`, { cause: error });
  }

  #submit(setup: Setup, payload: Buffer | number, timeoutMs: number): Promise<Buffer | number | undefined> {
    const { requestType, request, value, index } = setup;
    return new Promise((resolve, reject) => {
      // The binding reads 0 as its own default of 1000 ms.
      this.#device.timeout = Math.max(1, Math.ceil(timeoutMs));
      this.#device.controlTransfer(requestType, request, value, index, payload, (error, answer) =>
        error ? reject(error) : resolve(answer),
      );
    });
  }
}
