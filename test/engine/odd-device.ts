import { type BusDevice, type DfuBus, type DfuDevice, type DfuPort, TransferError } from '@flashline/dfuse';
import { FLASH, SLOT } from './rig.ts';

const [DNLOAD, UPLOAD, GETSTATUS, CLRSTATUS, ABORT] = [1, 2, 3, 4, 6];
const [IDLE, SYNC, BUSY, DNLOAD_IDLE, MANIFEST, UPLOAD_IDLE, ERROR] = [2, 3, 4, 5, 7, 9, 10];

/** What an odd device does differently. */
export interface Oddity {
  readonly device?: Partial<DfuDevice>;
  readonly transferSize?: number;
  readonly bcdDfu?: number;
  readonly layout?: string;
  /** What its first GETSTATUS after a DNLOAD says, and how often it says so before it is done. */
  readonly busy?: { readonly pollTimeoutMs: number; readonly answers: number };
  /** The status with which it refuses an operation. */
  readonly refuses?: (command: 'erase' | 'address' | 'write') => number;
  /** Called before every transfer, counted from 1: may throw, never resolve, or give an answer of its own. */
  readonly meddle?: (asked: Asked) => unknown;
  /** Told to leave, it says that it goes and stays. */
  readonly stays?: boolean;
}

/** One transfer, before the device looks at it. */
export interface Asked {
  readonly transfer: number;
  readonly request: 'DNLOAD' | 'other';
  readonly value: number;
  readonly data: Uint8Array;
  readonly device: OddDevice;
}

/** The least of a DfuSe device, without time, and a bus with nothing else on it: for what real boards never do. */
export class OddDevice implements DfuPort, DfuBus {
  readonly device: DfuDevice;
  readonly memory = new Uint8Array(1024 * 1024).fill(0xff);
  readonly commands: string[] = [];
  transfers = 0;
  isOpen = false;
  isGone = false;
  readonly #oddity: Oddity;
  #state = IDLE;
  #status = 0;
  #pointer = 0;
  #busyLeft = 0;
  #stored: { readonly block: number; readonly data: Uint8Array } | null = null;

  constructor(oddity: Oddity = {}) {
    const { transferSize = 2048, bcdDfu = 0x011a, layout = '@Internal Flash  /0x08000000/64*016Kg' } = oddity;
    this.#oddity = oddity;
    this.device = {
      vendorId: 0x0483,
      productId: 0xdf11,
      bcdDevice: 0x2200,
      usbSerial: null,
      functional: { attributes: 0x0b, detachTimeoutMs: 255, transferSize, bcdDfu },
      alternates: [{ alternate: 0, name: layout }],
      ...oddity.device,
    };
  }

  async controlOut(request: number, value: number, data: Uint8Array): Promise<void> {
    await this.#meddle(request, value, data);
    if (request === DNLOAD) this.#download(value, data);
    else if (request === CLRSTATUS) [this.#state, this.#status] = [IDLE, 0];
    else if (request === ABORT) this.#state = IDLE;
  }

  async controlIn(request: number, value: number, length: number): Promise<Uint8Array> {
    const own = await this.#meddle(request, value);
    if (own instanceof Uint8Array) return own;
    if (request === GETSTATUS) return this.#getStatus();
    if (request !== UPLOAD || (this.#state !== IDLE && this.#state !== UPLOAD_IDLE)) throw stall();
    this.#state = UPLOAD_IDLE;
    const at = this.#pointer - FLASH + (value - 2) * this.device.functional.transferSize;
    return this.memory.slice(at, at + length);
  }

  selectAlternate(): Promise<void> {
    return Promise.resolve();
  }

  open(): Promise<DfuPort> {
    this.isOpen = true;
    return Promise.resolve(this);
  }

  close(): Promise<void> {
    this.isOpen = false;
    return Promise.resolve();
  }

  list(): Promise<readonly BusDevice[]> {
    const { vendorId, productId, bcdDevice, usbSerial } = this.device;
    const here = { path: SLOT, address: 7, vendorId, productId, bcdDevice, usbSerial, mode: 'dfu' } as const;
    return Promise.resolve(this.isGone ? [] : [here]);
  }

  watch(): () => void {
    return () => undefined;
  }

  #meddle(number: number, value: number, data: Uint8Array = new Uint8Array(0)): unknown {
    this.transfers += 1;
    const request = number === DNLOAD ? 'DNLOAD' : 'other';
    return this.#oddity.meddle?.({ transfer: this.transfers, request, value, data, device: this });
  }

  #download(block: number, data: Uint8Array): void {
    if (this.#state !== IDLE && this.#state !== DNLOAD_IDLE) throw stall();
    this.#stored = { block, data: data.slice() };
    this.#state = SYNC;
    this.#busyLeft = this.#oddity.busy?.answers ?? 0;
  }

  #getStatus(): Uint8Array {
    if (this.#state === SYNC && this.#stored !== null) {
      this.#carryOut(this.#stored);
      this.#stored = null;
    }
    if (this.#state === BUSY && this.#busyLeft-- <= 0) this.#state = this.#status === 0 ? DNLOAD_IDLE : ERROR;
    const pollMs = this.#state === BUSY ? (this.#oddity.busy?.pollTimeoutMs ?? 0) : 0;
    return Uint8Array.of(this.#status, pollMs & 0xff, (pollMs >> 8) & 0xff, pollMs >> 16, this.#state, 0);
  }

  #carryOut({ block, data }: { readonly block: number; readonly data: Uint8Array }): void {
    this.#state = BUSY;
    if (data.length === 0) {
      this.#state = MANIFEST;
      this.isGone = this.#oddity.stays !== true;
      return;
    }
    const [command, low = 0, mid = 0, high = 0, top = 0] = data;
    const address = (low | (mid << 8) | (high << 16) | (top << 24)) >>> 0;
    const kind = block !== 0 ? 'write' : command === 0x41 ? 'erase' : 'address';
    this.commands.push(`${kind} ${block !== 0 ? block : address.toString(16)}`);
    this.#status = this.#oddity.refuses?.(kind) ?? 0;
    if (this.#status !== 0) return;
    if (kind === 'address') this.#pointer = address;
    else if (kind === 'erase') this.memory.fill(0xff, address - FLASH, address - FLASH + 16 * 1024);
    else this.memory.set(data, this.#pointer - FLASH + (block - 2) * this.device.functional.transferSize);
  }
}

function stall(): TransferError {
  return new TransferError('stall', 'not in this state');
}
