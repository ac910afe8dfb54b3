import { type DfuDevice, type DfuPort, TransferError } from '@flashline/dfuse';
import type { Sins } from '../rom/sins.ts';
import type { Asked, Enumeration } from './enumeration.ts';

/** SET_INTERFACE has no timeout in the port's interface; the kernel gives it 5 s. */
const SET_INTERFACE_TIMEOUT_MS = 5000;
const NO_DATA = new Uint8Array(0);

/** The opened DFU interface of a virtual board, good until the board leaves the bus. */
export class BoardPort implements DfuPort {
  readonly device: DfuDevice;
  readonly #enumeration: Enumeration;
  readonly #sins: Sins;
  readonly #onClose: () => void;
  #underWay = 0;
  #hostMs: number | null = null;
  #givesUp: AbortSignal | null = null;
  #isClosed = false;

  constructor(device: DfuDevice, enumeration: Enumeration, sins: Sins, onClose: () => void) {
    this.device = device;
    this.#enumeration = enumeration;
    this.#sins = sins;
    this.#onClose = onClose;
  }

  async controlOut(request: number, value: number, data: Uint8Array, timeoutMs: number): Promise<void> {
    await this.#transfer({ direction: 'out', request, value, length: data.length, data }, timeoutMs);
  }

  controlIn(request: number, value: number, length: number, timeoutMs: number): Promise<Uint8Array> {
    return this.#transfer({ direction: 'in', request, value, length, data: NO_DATA }, timeoutMs);
  }

  async selectAlternate(alternate: number): Promise<void> {
    if (!this.device.alternates.some((known) => known.alternate === alternate))
      throw new TransferError('stall', `there is no alternate setting ${alternate}`);
    await this.#transfer({ alternate }, SET_INTERFACE_TIMEOUT_MS);
  }

  /**
   * How long the host itself took before the transfer that comes next, in milliseconds. Said by a host in another process.
   */
  hostTook(ms: number): void {
    this.#hostMs = ms;
  }

  /**
   * The transfer that comes next is waited for until this is aborted, whatever timeout it has: over USB/IP a host says when
   * it has given up, and not before how long it will wait. What is never answered rejects with `timeout` all the same.
   */
  hostWaits(givesUp: AbortSignal): void {
    this.#givesUp = givesUp;
  }

  close(): Promise<void> {
    if (!this.#isClosed) this.#onClose();
    this.#isClosed = true;
    return Promise.resolve();
  }

  async #transfer(asked: Asked, timeoutMs: number): Promise<Uint8Array> {
    if (this.#isClosed) throw new TransferError('gone', 'the port is closed');
    if (this.#underWay > 0) this.#sins.add('two-at-once');
    this.#underWay++;
    const patience = { timeoutMs, hostMs: this.#hostMs, givesUp: this.#givesUp };
    this.#hostMs = null;
    this.#givesUp = null;
    try {
      return await this.#enumeration.transfer(asked, patience);
    } finally {
      this.#underWay--;
    }
  }
}
