import { COMMAND, DFU_STATES, type DfuState, type DfuStatus, REQUEST, statusBytes } from './dfu-words.ts';
import { type Chip, carryOut, type Operation, type Stored } from './rom-commands.ts';
import type { SinName } from './sins.ts';

/** One class request to the DFU interface, as the device sees it. */
export interface Setup {
  readonly direction: 'in' | 'out';
  readonly request: number;
  readonly value: number;
  /** wLength: bytes that follow, or that the host has room for. */
  readonly length: number;
  readonly data: Uint8Array;
}

/** Why the device leaves the bus after an answer, and how long it is away besides the time to enumerate. */
export interface Departure {
  readonly why: 'leave' | 'reset';
  readonly awayMs: number;
}

/** What the device does about a request, and when (milliseconds of the board's time) that is over. */
export type Reply =
  | { readonly kind: 'data'; readonly at: number; readonly bytes: Uint8Array; readonly departs: Departure | null }
  | { readonly kind: 'stall'; readonly at: number };

const NOTHING = new Uint8Array(0);
const LEAVE_POLL_MS = 1;

/** The DFU state machine of an ST ROM: what STMW `usbd_dfu.c` and AN2662 say it does (dfuse.md 1). */
export class DfuMachine {
  readonly #chip: Chip;
  #state: DfuState = 'dfuIDLE';
  #status: DfuStatus = 'OK';
  #stored: Stored | null = null;
  #running: (Operation & { readonly until: number }) | null = null;
  #departs: Departure | null = null;

  constructor(chip: Chip) {
    this.#chip = chip;
  }

  get state(): DfuState {
    return this.#state;
  }

  get status(): DfuStatus {
    return this.#status;
  }

  /** Serves one request. `askedAt` is when the host sent it, `start` when the wire was free for it: a little earlier at most. */
  respond(setup: Setup, askedAt: number, start: number): Reply {
    const { part, sins } = this.#chip;
    const running = this.#running;
    if (running && askedAt < running.until && part.whileBusy === 'stalls') {
      sins.add('asked-too-early', { earlyMs: running.until - askedAt });
      return { kind: 'stall', at: start + part.timing.wireMsPerTransfer };
    }
    const begin = running ? Math.max(start, running.until) : start;
    if (running) this.#finish(running);
    const bytes = this.#answer(setup);
    if (bytes === 'stall') return { kind: 'stall', at: begin + part.timing.wireMsPerTransfer };
    const onWire = setup.direction === 'out' ? setup.data.length : bytes.length;
    const at = begin + part.timing.wireMsPerTransfer + onWire * part.timing.wireMsPerByte;
    this.#start(at);
    return { kind: 'data', at, bytes, departs: this.#departs };
  }

  /** Answers STALL for reasons of its own. A refused transfer of data is an error in DFU 1.1, A.2; other requests change nothing. */
  stumble(setup: Setup): void {
    if (setup.request === REQUEST.download || setup.request === REQUEST.upload) this.#fail('errSTALLEDPKT');
  }

  #answer(setup: Setup): Uint8Array | 'stall' {
    const { direction, request } = setup;
    if (direction === 'in') {
      if (request === REQUEST.upload) return this.#upload(setup);
      if (request === REQUEST.getStatus) return this.#getStatus().subarray(0, setup.length);
      if (request === REQUEST.getState) return Uint8Array.of(DFU_STATES.indexOf(this.#state)).subarray(0, setup.length);
    } else {
      if (request === REQUEST.download) return this.#download(setup);
      if (request === REQUEST.clearStatus) return this.#clearStatus();
      // The F4 ROM does not leave on DETACH (blackmagic PR#1508): it ends what was going on, as ABORT does.
      if (request === REQUEST.abort || request === REQUEST.detach) return this.#abort();
    }
    return this.#refuse('unknown-request', setup);
  }

  /** DNLOAD only stores: nothing happens before the next GETSTATUS. */
  #download(setup: Setup): Uint8Array | 'stall' {
    if (this.#state !== 'dfuIDLE' && this.#state !== 'dfuDNLOAD-IDLE')
      return this.#refuse('download-in-wrong-state', setup);
    if (setup.data.length > this.#chip.part.functional.transferSize)
      return this.#refuse('longer-than-transfer-size', setup);
    this.#stored = { block: setup.value, data: setup.data.slice() };
    this.#state = setup.data.length === 0 ? 'dfuMANIFEST-SYNC' : 'dfuDNLOAD-SYNC';
    return NOTHING;
  }

  #upload(setup: Setup): Uint8Array | 'stall' {
    if (this.#state !== 'dfuIDLE' && this.#state !== 'dfuUPLOAD-IDLE')
      return this.#refuse('upload-in-wrong-state', setup);
    if (setup.length > this.#chip.part.functional.transferSize) return this.#refuse('longer-than-transfer-size', setup);
    if (setup.value === 1) return this.#refuse('reserved-block', setup);
    if (setup.value === 0) {
      this.#state = 'dfuIDLE';
      const commands = [COMMAND.getCommands, COMMAND.setAddress, COMMAND.erase, COMMAND.readUnprotect];
      return Uint8Array.from(commands).subarray(0, setup.length);
    }
    return this.#readOut(setup);
  }

  #readOut(setup: Setup): Uint8Array | 'stall' {
    const { memory, part, pointer, isReadProtected } = this.#chip;
    if (isReadProtected) return this.#fail('errVENDOR');
    const address = pointer + (setup.value - 2) * part.functional.transferSize;
    const length = Math.min(setup.length, memory.bytesFrom(address));
    if (length === 0) {
      this.#chip.sins.add('outside-map', { address });
      return this.#fail('errTARGET');
    }
    // A short answer ends the upload (DFU 1.1, 6.2.1).
    this.#state = length < setup.length ? 'dfuIDLE' : 'dfuUPLOAD-IDLE';
    return this.#chip.readOut(address, length);
  }

  #getStatus(): Uint8Array {
    if (this.#state === 'dfuMANIFEST-SYNC') {
      this.#state = 'dfuMANIFEST';
      this.#departs = { why: 'leave', awayMs: 0 };
      return statusBytes('OK', this.#state, LEAVE_POLL_MS);
    }
    if (this.#state === 'dfuDNLOAD-SYNC') return this.#sync();
    return statusBytes(this.#status, this.#state, 0);
  }

  /** The first GETSTATUS after a DNLOAD starts the operation, the one after it tells how it went. */
  #sync(): Uint8Array {
    if (!this.#stored) {
      this.#state = 'dfuDNLOAD-IDLE';
      return statusBytes('OK', this.#state, 0);
    }
    const operation = carryOut(this.#chip, this.#stored);
    this.#stored = null;
    this.#state = 'dfuDNBUSY';
    this.#running = { ...operation, until: Number.POSITIVE_INFINITY };
    if (operation.resets) this.#departs = { why: 'reset', awayMs: operation.runMs };
    return statusBytes('OK', this.#state, operation.pollMs);
  }

  /** The operation runs from the moment its DNBUSY has reached the host. */
  #start(at: number): void {
    if (this.#running?.until === Number.POSITIVE_INFINITY)
      this.#running = { ...this.#running, until: at + this.#running.runMs };
  }

  #finish(operation: Operation): void {
    this.#running = null;
    if (operation.result === 'OK') this.#state = 'dfuDNLOAD-SYNC';
    else this.#fail(operation.result);
  }

  /** STMW makes an error of it in every other state; that is what hosts trip over (dfuse.md 1.2). */
  #clearStatus(): Uint8Array {
    if (this.#state === 'dfuERROR') {
      this.#state = 'dfuIDLE';
      this.#status = 'OK';
      return NOTHING;
    }
    this.#chip.sins.add('clear-outside-error', { state: this.#state });
    this.#fail('errUNKNOWN');
    return NOTHING;
  }

  /** Ignored without a stall where STMW does not know it; the address pointer stays. */
  #abort(): Uint8Array {
    if (this.#state === 'dfuERROR' || this.#state === 'dfuMANIFEST') return NOTHING;
    this.#stored = null;
    this.#state = 'dfuIDLE';
    return NOTHING;
  }

  #refuse(sin: SinName, setup: Setup): 'stall' {
    const { request, value, length } = setup;
    this.#chip.sins.add(sin, { request, value, length, state: this.#state });
    return this.#fail('errSTALLEDPKT');
  }

  #fail(status: DfuStatus): 'stall' {
    this.#stored = null;
    this.#state = 'dfuERROR';
    this.#status = status;
    return 'stall';
  }
}
