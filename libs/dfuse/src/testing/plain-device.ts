import { type Alternate, type DfuDevice, type DfuPort, TransferError } from '../port.ts';
import type { ManualClock } from './manual-clock.ts';

const [DNLOAD, UPLOAD, GETSTATUS, CLRSTATUS, ABORT] = [1, 2, 3, 4, 6];
const [IDLE, SYNC, DNLOAD_IDLE, UPLOAD_IDLE] = [2, 3, 5, 9];

/** What is asked of a device, in the words of DFU. */
type Heard = 'DNLOAD' | 'UPLOAD' | 'GETSTATUS' | 'CLRSTATUS' | 'ABORT' | 'SET_INTERFACE';
const NAMES: Readonly<Record<number, Heard>> = {
  [DNLOAD]: 'DNLOAD',
  [UPLOAD]: 'UPLOAD',
  [GETSTATUS]: 'GETSTATUS',
  [CLRSTATUS]: 'CLRSTATUS',
  [ABORT]: 'ABORT',
};

/** What a device says to its next GETSTATUS: an answer, a trouble, or nothing special. `tookMs` passes before it does. */
export type Said =
  | { readonly answer: readonly [status: number, pollMs: number, state: number]; readonly tookMs?: number }
  | { readonly trouble: TransferError['trouble']; readonly tookMs?: number }
  | { readonly garbled: Uint8Array };

/** A device without flash of its own that can be read, answers as it is told to, and keeps what it heard. */
export class PlainDevice implements DfuPort {
  readonly device: DfuDevice;
  readonly heard: string[] = [];
  /** How many bytes each UPLOAD asked for. */
  readonly asked: number[] = [];
  /** What it says to the GETSTATUS that are still to come, before it says what is true. */
  readonly says: Said[] = [];
  /** Every read takes so long. */
  readMs = 0;
  readonly #clock: ManualClock;
  readonly #memory: (address: number) => number;
  #state = IDLE;
  #pointer = 0;

  constructor(clock: ManualClock, memory: (address: number) => number, alternates: readonly Alternate[] = []) {
    this.#clock = clock;
    this.#memory = memory;
    const functional = { attributes: 0x0b, detachTimeoutMs: 255, transferSize: 512, bcdDfu: 0x011a };
    this.device = { vendorId: 1, productId: 1, bcdDevice: 0x0200, usbSerial: null, functional, alternates };
  }

  async controlOut(request: number, value: number, data: Uint8Array): Promise<void> {
    this.heard.push(NAMES[request] ?? 'unknown');
    if (request === ABORT || request === CLRSTATUS) this.#state = IDLE;
    if (request !== DNLOAD) return;
    if (this.#state === UPLOAD_IDLE) throw new TransferError('stall', 'a DNLOAD in dfuUPLOAD-IDLE');
    this.#state = SYNC;
    if (value === 0 && data[0] === 0x21) this.#pointer = new DataView(data.buffer, data.byteOffset).getUint32(1, true);
  }

  async controlIn(request: number, value: number, length: number): Promise<Uint8Array> {
    this.heard.push(NAMES[request] ?? 'unknown');
    if (request === GETSTATUS) return this.#status();
    if (this.#state !== IDLE && this.#state !== UPLOAD_IDLE) throw new TransferError('stall', 'an UPLOAD out of turn');
    this.#state = UPLOAD_IDLE;
    this.asked.push(length);
    this.#clock.pass(this.readMs);
    const address = this.#pointer + (value - 2) * this.device.functional.transferSize;
    return new Uint8Array(length).map((_, i) => this.#memory(address + i));
  }

  async selectAlternate(): Promise<void> {
    this.heard.push('SET_INTERFACE');
  }

  async close(): Promise<void> {}

  #status(): Uint8Array {
    const said = this.says.shift();
    if (said === undefined) {
      if (this.#state === SYNC) this.#state = DNLOAD_IDLE;
      return Uint8Array.of(0, 0, 0, 0, this.#state, 0);
    }
    if ('garbled' in said) return said.garbled;
    this.#clock.pass(said.tookMs ?? 0);
    if ('trouble' in said) throw new TransferError(said.trouble, 'as told');
    const [status, pollMs, state] = said.answer;
    return Uint8Array.of(status, pollMs & 0xff, (pollMs >> 8) & 0xff, pollMs >> 16, state, 0);
  }
}
