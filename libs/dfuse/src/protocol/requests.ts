import { Fault } from '@flashline/contracts';
import type { DfuPort } from '../port.ts';
import type { Bounds } from './bounds.ts';
import { type DfuStatus, decodeStatus, STATUS_BYTES } from './status.ts';
import { hasTrouble } from './trouble.ts';

/** The class requests of a DFU interface (DFU 1.1, table 3.2). */
const REQUEST = { DNLOAD: 1, UPLOAD: 2, GETSTATUS: 3, CLRSTATUS: 4, ABORT: 6 } as const;
type RequestName = keyof typeof REQUEST;
/** SET_INTERFACE is no class request, and it counts like one. */
type TransferName = RequestName | 'SET_INTERFACE';

/** How long a device may think about a request that starts nothing. */
export const REQUEST_TIMEOUT_MS = 2_000;
/** SET_INTERFACE has the timeout of the operating system; Linux gives it 5 s. */
const SELECT_TIMEOUT_MS = 5_000;
/** F4 and F7 ROMs hold GETSTATUS back while they erase: 2.2 s seen for 128 KiB, 4 s in the datasheet. */
export const ERASE_TIMEOUT_MS = 5_000;

/** F4 parts report 100 ms for a mass erase, take up to 32 s and hold GETSTATUS back meanwhile (sf ticket 3; fwupd grants 35 s). */
export const MASS_ERASE_TIMEOUT_MS = 40_000;

/** What a transport gets to keep its own timeout before the request counts as hung. */
const HANG_GRACE_MS = 2_000;
const FAREWELL_TIMEOUT_MS = 500;
/** So many requests in a row without an answer, whatever they were: nobody is there. */
const SILENCES_MAX = 3;
const NOTHING = new Uint8Array(0);

/** The DFU requests over one port: counted, one at a time, none of them without an end. */
export class DfuRequests {
  readonly #port: DfuPort;
  readonly #bounds: Bounds;
  #transfers = 0;
  #hasHung = false;
  #silences = 0;

  constructor(port: DfuPort, bounds: Bounds) {
    this.#port = port;
    this.#bounds = bounds;
  }

  /** Control transfers so far, also those that failed. */
  get transfers(): number {
    return this.#transfers;
  }

  /** Hands the device a block: block 0 is a DfuSe command, data starts at 2, no bytes means leave. */
  download(block: number, data: Uint8Array): Promise<void> {
    return this.#send('DNLOAD', block, data);
  }

  /** Asks for the bytes of a block; the device may answer with fewer. */
  upload(block: number, length: number): Promise<Uint8Array> {
    return this.#ask('UPLOAD', { value: block, length, timeoutMs: REQUEST_TIMEOUT_MS });
  }

  /** GETSTATUS. After a DNLOAD the first one starts the work, a later one tells how it went. */
  async status(timeoutMs = REQUEST_TIMEOUT_MS): Promise<DfuStatus> {
    return decodeStatus(await this.#ask('GETSTATUS', { value: 0, length: STATUS_BYTES, timeoutMs }));
  }

  /** Only after GETSTATUS said dfuERROR: elsewhere ST parts answer it with an error, and the C5 ROM with a stall. */
  clearStatus(): Promise<void> {
    return this.#send('CLRSTATUS', 0, NOTHING);
  }

  /** Back to dfuIDLE from dfuDNLOAD-IDLE and dfuUPLOAD-IDLE. */
  abort(): Promise<void> {
    return this.#send('ABORT', 0, NOTHING);
  }

  /** SET_INTERFACE: turns to another memory of the device. */
  selectAlternate(alternate: number): Promise<void> {
    this.#bounds.check();
    if (this.#hasHung) throw hung('SET_INTERFACE');
    return this.#guard('SET_INTERFACE', this.#port.selectAlternate(alternate), SELECT_TIMEOUT_MS);
  }

  /** A last try to leave the board in dfuIDLE after a failure, even when everything was cancelled. Never rejects. */
  async farewell(): Promise<void> {
    // A device that was not even asked for its status is not ours to send requests to.
    if (this.#hasHung || this.#transfers === 0) return;
    try {
      const abort = this.#port.controlOut(REQUEST.ABORT, 0, NOTHING, FAREWELL_TIMEOUT_MS);
      await this.#guard('ABORT', abort, FAREWELL_TIMEOUT_MS);
    } catch {
      // The attempt has failed already; whatever this board does now changes nothing about it.
    }
  }

  async #send(name: RequestName, value: number, data: Uint8Array): Promise<void> {
    this.#check(name);
    await this.#guard(name, this.#port.controlOut(REQUEST[name], value, data, REQUEST_TIMEOUT_MS), REQUEST_TIMEOUT_MS);
  }

  async #ask(name: RequestName, ask: { value: number; length: number; timeoutMs: number }): Promise<Uint8Array> {
    this.#check(name);
    const answer = this.#port.controlIn(REQUEST[name], ask.value, ask.length, ask.timeoutMs);
    return await this.#guard(name, answer, ask.timeoutMs);
  }

  #check(name: RequestName): void {
    this.#bounds.check();
    if (this.#hasHung) throw hung(name);
  }

  /** A transport that loses a transfer still owns the port: after that nothing but closing it is safe. */
  #guard<T>(name: TransferName, transfer: Promise<T>, timeoutMs: number): Promise<T> {
    this.#transfers += 1;
    const heard = transfer.then(
      (answer) => {
        this.#silences = 0;
        return answer;
      },
      (thrown) => this.#unheard(name, thrown),
    );
    return this.#bounds.guard(heard, timeoutMs + HANG_GRACE_MS, () => {
      this.#hasHung = true;
      return hung(name);
    });
  }

  #unheard(request: TransferName, thrown: unknown): never {
    this.#silences = hasTrouble(thrown, 'timeout') ? this.#silences + 1 : 0;
    if (this.#silences < SILENCES_MAX) throw thrown;
    throw new Fault('BOARD_SILENT', { request, silences: this.#silences }, { cause: thrown });
  }
}

function hung(request: TransferName): Fault {
  return new Fault('BOARD_SILENT', { request, hasHung: true });
}
