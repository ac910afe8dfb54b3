import { Fault, type FaultDetails, hex32 } from '@flashline/contracts';
import type { DfuPort } from '../port.ts';
import { DfuAnswers, type Purpose, RETRIES_MAX } from './answers.ts';
import type { Bounds } from './bounds.ts';
import { DfuOperations } from './operations.ts';
import { DfuRequests } from './requests.ts';
import { faultAt, hasTrouble, isTransient } from './trouble.ts';

/** Block 0 carries commands, block 1 is reserved (UM0424). */
const FIRST_BLOCK = 2;
/** wBlockNum has 16 bits. */
const LAST_BLOCK = 0xffff;
const SET_ADDRESS = 0x21;
const ERASE = 0x41;
/** What erased flash holds: ones, and on L0 and L1 zeros. */
const ERASED: readonly (number | undefined)[] = [0xff, 0x00];
const NOTHING = new Uint8Array(0);

/** Consecutive blocks after one SET_ADDRESS. A block's number tells the device where it goes: run start + (number - 2) x stride. */
interface Run {
  readonly direction: 'read' | 'write';
  readonly address: number;
  readonly nextBlock: number;
}

/** A board in its DfuSe bootloader, addressed by bytes instead of blocks. Everything rejects with a Fault that tells where. */
export class DfuSession {
  readonly #strideBytes: number;
  readonly #requests: DfuRequests;
  readonly #answers: DfuAnswers;
  readonly #operations: DfuOperations;
  #run: Run | null = null;
  #hasLeft = false;

  constructor(port: DfuPort, bounds: Bounds) {
    this.#strideBytes = port.device.functional.transferSize;
    this.#requests = new DfuRequests(port, bounds);
    this.#answers = new DfuAnswers(this.#requests, bounds);
    this.#operations = new DfuOperations(this.#requests, this.#answers, bounds);
  }

  /** Control transfers so far. */
  get transfers(): number {
    return this.#requests.transfers;
  }

  /** The most bytes that one `write` or `read` takes: wTransferSize. */
  get blockBytes(): number {
    return this.#strideBytes;
  }

  /** Brings the device to dfuIDLE, whatever state it is found in. */
  settle(): Promise<void> {
    return located({}, () => this.#operations.settle());
  }

  /** Erases the sector at `address`; `bytes` is its size. */
  erase(address: number, bytes: number): Promise<void> {
    this.#run = null;
    const erase = () => this.#operations.command({ kind: 'erase', bytes }, 'erase', commandAt(ERASE, address));
    return located({ address: hex32(address) }, erase);
  }

  /**
   * Programs up to a block of bytes into erased flash. When a transfer fails so that nobody knows whether they were written, they
   * are read first: equal, go on; erased, send again; anything else is VERIFY_MISMATCH, for flash must not be written twice.
   */
  write(address: number, data: Uint8Array): Promise<void> {
    return located({ address: hex32(address), bytes: data.length }, async () => {
      for (let resends = 0; ; resends++) {
        const block = await this.#blockAt('write', address);
        try {
          return await this.#operations.write(block, data);
        } catch (thrown) {
          if (resends === RETRIES_MAX || !isTransient(thrown)) throw faultAt(thrown, { block });
        }
        if (await located({ block }, () => this.#holds(address, data))) return;
      }
    });
  }

  /** Reads up to a block of bytes. */
  read(address: number, length: number): Promise<Uint8Array> {
    return located({ address: hex32(address), bytes: length }, async () => {
      for (let retries = 0; ; retries++) {
        const block = await this.#blockAt('read', address);
        try {
          return await this.#operations.read(block, length);
        } catch (thrown) {
          if (retries === RETRIES_MAX || !isTransient(thrown)) throw faultAt(thrown, { block });
        }
        await this.#resync();
      }
    });
  }

  /** Tells the board to start what is at `address`. When this returns the order was accepted; only the bus shows what came of it. */
  leave(address: number): Promise<void> {
    return located({ address: hex32(address) }, async () => {
      // A read-back moves the pointer that the ROM jumps to (dfu-core PR#37).
      await this.#setAddress(address, 'leave');
      await this.#orderToLeave();
      this.#hasLeft = true;
      // This GETSTATUS makes the board go, so it may well not be answered.
      await this.#answers.status().catch(() => undefined);
    });
  }

  /** Asks a board that stays once to go back to dfuIDLE, also after a failure or a cancel. Never rejects. */
  async farewell(): Promise<void> {
    if (!this.#hasLeft) await this.#requests.farewell();
  }

  /** The number of the block at `address`: the next one of the run, or the first of a new run. */
  async #blockAt(direction: Run['direction'], address: number): Promise<number> {
    const run = this.#run;
    const block = run === null ? FIRST_BLOCK : run.nextBlock;
    const isNext = run?.direction === direction && run.address + (block - FIRST_BLOCK) * this.#strideBytes === address;
    if (run !== null && isNext && block <= LAST_BLOCK) {
      this.#run = { ...run, nextBlock: block + 1 };
      return block;
    }
    await this.#setAddress(address, direction);
    this.#run = { direction, address, nextBlock: FIRST_BLOCK + 1 };
    return FIRST_BLOCK;
  }

  #setAddress(address: number, purpose: Purpose): Promise<void> {
    this.#run = null;
    return this.#operations.command({ kind: 'address', bytes: 0 }, purpose, commandAt(SET_ADDRESS, address));
  }

  #resync(): Promise<void> {
    this.#run = null;
    return this.#operations.settle();
  }

  async #holds(address: number, data: Uint8Array): Promise<boolean> {
    await this.#resync();
    const held = await this.read(address, data.length);
    if (Buffer.compare(held, data) === 0) return true;
    if (ERASED.includes(held[0]) && held.every((byte) => byte === held[0])) return false;
    throw new Fault('VERIFY_MISMATCH', { ...mismatch(address, data, held), reason: 'torn write' });
  }

  async #orderToLeave(): Promise<void> {
    for (let retries = 0; ; retries++) {
      await this.#operations.ready('download');
      try {
        return await this.#requests.download(FIRST_BLOCK, NOTHING);
      } catch (thrown) {
        if (hasTrouble(thrown, 'stall')) throw new Fault('LEAVE_REFUSED', { request: 'DNLOAD' }, { cause: thrown });
        if (retries === RETRIES_MAX || !isTransient(thrown)) throw thrown;
      }
      const { state } = await this.#answers.status();
      if (state !== 'dfuDNLOAD-IDLE' && state !== 'dfuIDLE') return;
    }
  }
}

/** The facts of the first difference between what should be at `address` and what is. */
export function mismatch(address: number, expected: Uint8Array, found: Uint8Array): FaultDetails {
  const at = expected.findIndex((byte, i) => byte !== found[i]);
  return { address: hex32(address + at), expected: hex8(expected[at]), found: hex8(found[at]) };
}

function hex8(byte = 0): string {
  return `0x${byte.toString(16).padStart(2, '0')}`;
}

/** A DfuSe command: its number and an address, little-endian (UM0424). */
function commandAt(command: number, address: number): Uint8Array {
  const payload = new Uint8Array(5);
  const view = new DataView(payload.buffer);
  view.setUint8(0, command);
  view.setUint32(1, address, true);
  return payload;
}

async function located<T>(facts: FaultDetails, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw faultAt(thrown, facts);
  }
}
