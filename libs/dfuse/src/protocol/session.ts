import { Fault, type FaultDetails, hex32, type Part } from '@flashline/contracts';
import type { DfuPort } from '../port.ts';
import { DfuAnswers, type Finish, type Purpose, RETRIES_MAX } from './answers.ts';
import type { Bounds } from './bounds.ts';
import { DfuOperations } from './operations.ts';
import type { Pace } from './pacing.ts';
import { DfuRequests } from './requests.ts';
import { FIRST_BLOCK, Runs } from './runs.ts';
import { faultAt, hasTrouble, isTransient } from './trouble.ts';

const SET_ADDRESS = 0x21;
const ERASE = 0x41;
const READ_UNPROTECT = 0x92;
/** What erased flash may hold when nobody knows the part: ones, and on L0 and L1 zeros. */
const ERASED_BYTES: readonly number[] = [0xff, 0x00];
const NOTHING = new Uint8Array(0);

/** What is known about a device before it is talked to. */
export interface Beforehand {
  readonly part: Part | null;
  /** How boards of its kind were best asked so far. */
  readonly pace: Pace;
}

/** A board in its DfuSe bootloader, addressed by bytes instead of blocks. Everything rejects with a Fault that tells where. */
export class DfuSession {
  /** The most bytes that one `write` or `read` takes. */
  readonly blockBytes: number;
  readonly #part: Part | null;
  readonly #requests: DfuRequests;
  readonly #answers: DfuAnswers;
  readonly #operations: DfuOperations;
  readonly #runs: Runs;
  #alternate = 0;
  #hasLeft = false;

  constructor(port: DfuPort, bounds: Bounds, { part, pace }: Beforehand) {
    const { transferSize } = port.device.functional;
    this.blockBytes = Math.min(transferSize, part?.transferBytesMax ?? transferSize);
    this.#part = part;
    this.#requests = new DfuRequests(port, bounds);
    const bearsEarly = part === null || part.whileBusy === 'unknown' ? null : part.whileBusy !== 'stalls';
    this.#answers = new DfuAnswers(this.#requests, bounds, { pace, bearsEarly });
    const wedgedMs = part?.wedgedErase?.afterMs ?? Number.POSITIVE_INFINITY;
    this.#operations = new DfuOperations(this.#requests, this.#answers, bounds, wedgedMs);
    this.#runs = new Runs(transferSize, part !== null);
  }

  /** Control transfers so far. */
  get transfers(): number {
    return this.#requests.transfers;
  }

  /** What this session has learned about asking. */
  get pace(): Pace {
    return this.#answers.pace;
  }

  /** The first contact: drops what another tool left unfinished, and brings the device to dfuIDLE. */
  greet(): Promise<void> {
    return located({}, () => this.#operations.greet());
  }

  /** Brings the device to dfuIDLE, whatever state it is found in. */
  settle(): Promise<void> {
    return located({}, () => this.#resync());
  }

  /** Turns to another memory of the device; 0 is its flash. */
  async selectAlternate(alternate: number): Promise<void> {
    if (alternate === this.#alternate) return;
    this.#runs.forget();
    await located({ alternate }, () => this.#operations.selectAlternate(alternate));
    this.#alternate = alternate;
  }

  /** Erases the sector at `address`; `bytes` is its size. `wedged` says that the device had to be freed: look what it holds. */
  async erase(address: number, bytes: number): Promise<Finish> {
    this.#runs.forget();
    const wedge = this.#part?.wedgedErase;
    const patienceMs = wedge !== undefined && address >= wedge.from ? wedge.afterMs : Number.POSITIVE_INFINITY;
    return await located({ address: hex32(address) }, async () => {
      const command = { payload: commandAt(ERASE, address), patienceMs };
      const finish = await this.#operations.command({ kind: 'erase', bytes }, 'erase', command);
      if (finish === 'wedged') await this.#operations.free();
      return finish;
    });
  }

  /** Erases the whole flash. F405s report 100 ms for it and take up to 32 s. */
  async massErase(): Promise<void> {
    this.#runs.forget();
    const command = { payload: Uint8Array.of(ERASE) };
    await located({ command: 'mass erase' }, () =>
      this.#operations.command({ kind: 'mass-erase', bytes: 0 }, 'erase', command),
    );
  }

  /**
   * Programs up to a block of bytes into erased flash. When a transfer fails so that nobody knows whether they were written, they
   * are read first: equal, go on; erased, send again; anything else is VERIFY_MISMATCH, for flash must not be written twice.
   */
  write(address: number, data: Uint8Array): Promise<void> {
    return located({ address: hex32(address), bytes: data.length }, async () => {
      for (let resends = 0; ; resends++) {
        const block = await this.#blockAt('write', address, data.length);
        try {
          return await this.#operations.write(block, data);
        } catch (thrown) {
          if (resends === RETRIES_MAX || !isTransient(thrown)) throw faultAt(thrown, { block });
        }
        if (await located({ block }, () => this.#holds(address, data))) return;
      }
    });
  }

  /** Reads up to a block of bytes; an answer that was lost or cut is asked for again. */
  read(address: number, length: number): Promise<Uint8Array> {
    return located({ address: hex32(address), bytes: length }, async () => {
      for (let retries = 0; ; retries++) {
        const block = await this.#blockAt('read', address, length);
        try {
          return await this.#operations.read(block, length);
        } catch (thrown) {
          const isWorthwhile = isTransient(thrown) || (thrown instanceof Fault && thrown.code === 'BOARD_GARBLED');
          if (retries === RETRIES_MAX || !isWorthwhile) throw faultAt(thrown, { block });
        }
        await this.#resync();
      }
    });
  }

  /** Writes up to a block that makes the device reset, such as option bytes. Then this session is over. */
  writeLast(address: number, data: Uint8Array): Promise<void> {
    return located({ address: hex32(address), bytes: data.length }, async () => {
      await this.#setAddress(address, 'lock');
      const order = { operation: { kind: 'write', bytes: data.length }, purpose: 'lock' } as const;
      await this.#operations.lastOrder(FIRST_BLOCK, data, order);
      this.#hasLeft = true;
    });
  }

  /** Removes the read protection: the device erases everything and resets (AN3156). Then this session is over. */
  unprotect(): Promise<void> {
    return located({ command: 'read unprotect' }, async () => {
      const order = { operation: { kind: 'mass-erase', bytes: 0 }, purpose: 'unprotect' } as const;
      await this.#operations.lastOrder(0, Uint8Array.of(READ_UNPROTECT), order);
      this.#hasLeft = true;
    });
  }

  /** Tells the board to start what is at `address`. When this returns the order was accepted; only the bus shows what came of it. */
  leave(address: number): Promise<void> {
    return located({ address: hex32(address) }, async () => {
      await this.#orderToLeave(address);
      this.#hasLeft = true;
      // This GETSTATUS makes the board go, so it may well not be answered.
      await this.#answers.status().catch(() => undefined);
    });
  }

  /** Asks a board that stays once to go back to dfuIDLE, also after a failure or a cancel. Never rejects. */
  async farewell(): Promise<void> {
    if (!this.#hasLeft) await this.#requests.farewell();
  }

  /** The number of the block at `address`: one of the run, or the first of a new run. */
  async #blockAt(direction: 'read' | 'write', address: number, bytes: number): Promise<number> {
    const block = this.#runs.next(direction, address, bytes);
    if (block !== null) return block;
    await this.#setAddress(address, direction);
    return this.#runs.begin(direction, address, bytes);
  }

  async #setAddress(address: number, purpose: Purpose): Promise<void> {
    this.#runs.forget();
    const command = { payload: commandAt(SET_ADDRESS, address) };
    await this.#operations.command({ kind: 'address', bytes: 0 }, purpose, command);
  }

  #resync(): Promise<void> {
    this.#runs.forget();
    return this.#operations.settle();
  }

  async #holds(address: number, data: Uint8Array): Promise<boolean> {
    await this.#resync();
    const held = await this.read(address, data.length);
    if (Buffer.compare(held, data) === 0) return true;
    const erasedBytes = this.#part === null ? ERASED_BYTES : [this.#part.erasedByte];
    if (erasedBytes.some((erased) => held.every((byte) => byte === erased))) return false;
    throw new Fault('VERIFY_MISMATCH', { ...mismatch(address, data, held), reason: 'torn write' });
  }

  async #orderToLeave(address: number): Promise<void> {
    for (let retries = 0; ; retries++) {
      // A read-back moves the pointer that the ROM jumps to (dfu-core PR#37).
      await this.#setAddress(address, 'leave');
      await this.#operations.ready('download');
      try {
        return await this.#requests.download(FIRST_BLOCK, NOTHING);
      } catch (thrown) {
        const isLast = retries === RETRIES_MAX || !isTransient(thrown);
        if (isLast && hasTrouble(thrown, 'stall'))
          throw new Fault('LEAVE_REFUSED', { request: 'DNLOAD' }, { cause: thrown });
        if (isLast) throw thrown;
      }
      const { state } = await this.#answers.status();
      if (state !== 'dfuDNLOAD-IDLE' && state !== 'dfuIDLE' && state !== 'dfuERROR') return;
      await this.#resync();
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
