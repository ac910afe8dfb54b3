import type { DfuDevice, DfuPort } from '@flashline/dfuse';
import { type Claim, release, setInterface } from './transfer/claim.ts';

const DFU_OUT = 0x21;
const DFU_IN = 0xa1;

/** DfuPort over libusb. */
export class UsbPort implements DfuPort {
  readonly device: DfuDevice;
  readonly #claim: Claim;
  readonly #onClosed: () => void;
  #closing: Promise<void> | null = null;

  constructor(device: DfuDevice, claim: Claim, onClosed: () => void) {
    this.device = device;
    this.#claim = claim;
    this.#onClosed = onClosed;
  }

  controlOut(request: number, value: number, data: Uint8Array, timeoutMs: number): Promise<void> {
    const { pipe, interfaceNumber } = this.#claim;
    return pipe.out({ requestType: DFU_OUT, request, value, index: interfaceNumber }, data, timeoutMs);
  }

  controlIn(request: number, value: number, length: number, timeoutMs: number): Promise<Uint8Array> {
    const { pipe, interfaceNumber } = this.#claim;
    return pipe.in({ requestType: DFU_IN, request, value, index: interfaceNumber }, length, timeoutMs);
  }

  async selectAlternate(alternate: number): Promise<void> {
    const { alternates } = this.device;
    if (!alternates.some((known) => known.alternate === alternate))
      throw new RangeError(`the board has no alternate setting ${alternate}`);
    // Some boards do not know SET_INTERFACE, so one with a single setting is not asked (dfu-util 0.11).
    if (alternates.length > 1) await setInterface(this.#claim, alternate);
  }

  close(): Promise<void> {
    this.#closing ??= this.#shut();
    return this.#closing;
  }

  async #shut(): Promise<void> {
    await release(this.#claim);
    this.#onClosed();
  }
}
