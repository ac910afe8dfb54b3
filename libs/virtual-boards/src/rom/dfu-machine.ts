import type { Random } from '../random.ts';
import type { Chip } from './chip.ts';
import { COMMAND, DFU_STATES, type DfuState, type DfuStatus, REQUEST, statusBytes } from './dfu-words.ts';
import type { Departure, Moment, Reply, Setup } from './exchange.ts';
import type { Leftover } from './leftover.ts';
import { carryOut, type Stored } from './rom-commands.ts';
import { Running } from './running.ts';
import type { SinName } from './sins.ts';

const NOTHING = new Uint8Array(0);
const LEAVE_POLL_MS = 1;

/** The DFU state machine of an ST ROM: what STMW `usbd_dfu.c` and AN2662 say it does (sources.md 1). */
export class DfuMachine {
  readonly #chip: Chip;
  #state: DfuState;
  #status: DfuStatus;
  #stored: Stored | null;
  /** What flash is busy with; over when its time is, whatever the state machine has come to meanwhile. */
  #running: Running | null = null;
  /** What dfuDNBUSY reports as poll timeout. */
  #pollMs = 0;
  #departs: Departure | null = null;

  constructor(chip: Chip, { state, status, stored }: Leftover) {
    this.#chip = chip;
    this.#state = state;
    this.#status = status;
    this.#stored = stored;
  }

  get state(): DfuState {
    return this.#state;
  }

  get status(): DfuStatus {
    return this.#status;
  }

  /** Until when it does not even look at a request; in the past when it would at once. */
  get heldUntil(): number {
    return this.#running && this.#chip.part.whileBusy === 'holds' ? this.#running.until : Number.NEGATIVE_INFINITY;
  }

  /** Serves one request. */
  respond(setup: Setup, { askedAt, start, giveUpAt }: Moment): Reply {
    const { timing, whileBusy } = this.#chip.part;
    let begin = start;
    if (this.#running?.isBusyAt(askedAt) && whileBusy === 'stalls') {
      this.#chip.sins.add('asked-too-early', { earlyMs: this.#running.until - askedAt });
      return { kind: 'stall', at: start + timing.wireMsPerTransfer };
    }
    if (this.#running && !(whileBusy === 'answers' && this.#running.isBusyAt(askedAt))) {
      begin = Math.max(start, this.#running.until);
      if (begin > giveUpAt) return { kind: 'silence' };
      this.#finish(this.#running);
    }
    const bytes = this.#answer(setup);
    if (bytes === 'stall') return { kind: 'stall', at: begin + timing.wireMsPerTransfer };
    const onWire = setup.direction === 'out' ? setup.data.length : bytes.length;
    const at = begin + timing.wireMsPerTransfer + onWire * timing.wireMsPerByte;
    // The operation runs from the moment its DNBUSY has reached the host.
    this.#running?.startAt(at);
    if (this.#departs?.why === 'leave' && this.#chip.part.onLeave === 'goes-silently')
      return { kind: 'goes', at, departs: this.#departs };
    return { kind: 'data', at, bytes, departs: this.#departs };
  }

  /**
   * Answers STALL for reasons of its own. A refused transfer of data is an error in DFU 1.1, A.2; other requests change
   * nothing.
   */
  stumble(setup: Setup): void {
    if (setup.request === REQUEST.download || setup.request === REQUEST.upload) this.#fail('errSTALLEDPKT');
  }

  /** Power is gone: what flash was busy with at that moment stays half done. */
  powerOff(now: number, random: Random): void {
    this.#running?.cutOff(now, this.#chip.memory, random);
    this.#running = null;
  }

  #answer(setup: Setup): Uint8Array | 'stall' {
    const { direction, request } = setup;
    if (direction === 'in') {
      if (request === REQUEST.upload) return this.#upload(setup);
      if (request === REQUEST.getStatus) return this.#getStatus().subarray(0, setup.length);
      if (request === REQUEST.getState) return Uint8Array.of(DFU_STATES.indexOf(this.#state)).subarray(0, setup.length);
    } else {
      if (request === REQUEST.download) return this.#download(setup);
      if (request === REQUEST.clearStatus) return this.#clearStatus(setup);
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
    const { part, pointer } = this.#chip;
    const address = pointer + (setup.value - 2) * part.functional.transferSize;
    const sector = this.#chip.reach(address);
    if (!sector) return this.#fail('errTARGET');
    if (this.#chip.isClosed(sector) && part.whenProtected === 'refuses') return this.#fail('errVENDOR');
    const bytes = this.#chip.readOut(address, sector, setup.length);
    // A short answer ends the upload (DFU 1.1, 6.2.1).
    this.#state = bytes.length < setup.length ? 'dfuIDLE' : 'dfuUPLOAD-IDLE';
    return bytes;
  }

  #getStatus(): Uint8Array {
    if (this.#state === 'dfuMANIFEST-SYNC') {
      this.#state = 'dfuMANIFEST';
      this.#departs = { why: 'leave', awayMs: 0 };
      return statusBytes('OK', this.#state, LEAVE_POLL_MS);
    }
    if (this.#state === 'dfuDNLOAD-SYNC') return this.#sync();
    return statusBytes(this.#status, this.#state, this.#state === 'dfuDNBUSY' ? this.#pollMs : 0);
  }

  /** The first GETSTATUS after a DNLOAD starts the operation, the one after it tells how it went. */
  #sync(): Uint8Array {
    if (!this.#stored) {
      this.#state = 'dfuDNLOAD-IDLE';
      return statusBytes('OK', this.#state, 0);
    }
    // Flash is not done with what the host gave up on.
    if (this.#running) return statusBytes('OK', 'dfuDNBUSY', this.#pollMs);
    const operation = carryOut(this.#chip, this.#stored);
    this.#stored = null;
    this.#state = 'dfuDNBUSY';
    this.#running = new Running(operation);
    this.#pollMs = operation.pollMs;
    if (operation.resets) this.#departs = { why: 'reset', awayMs: operation.runMs };
    return statusBytes('OK', this.#state, operation.pollMs);
  }

  #finish({ operation: { result, ends } }: Running): void {
    this.#running = null;
    // A host that was answered meanwhile may have made an error of it.
    if (this.#state !== 'dfuDNBUSY' || ends === 'wedged') return;
    if (result === 'OK') this.#state = 'dfuDNLOAD-SYNC';
    else this.#fail(result);
  }

  /** STMW makes an error of it in every other state; that is what hosts trip over (sources.md 1.2). */
  #clearStatus(setup: Setup): Uint8Array | 'stall' {
    if (this.#state === 'dfuERROR') {
      this.#state = 'dfuIDLE';
      this.#status = 'OK';
      return NOTHING;
    }
    if (this.#chip.part.strayClearStatus === 'stalls') return this.#refuse('clear-outside-error', setup);
    // The error is wanted where the ROM has got stuck: it is the only way out (betaflight-configurator PR#1861).
    const isStuck = this.#state === 'dfuDNBUSY' && !this.#running;
    if (!isStuck) this.#chip.sins.add('clear-outside-error', { state: this.#state });
    this.#fail('errUNKNOWN');
    return NOTHING;
  }

  /** Ignored without a stall where STMW does not know it; the address pointer stays. */
  #abort(): Uint8Array {
    if (this.#state === 'dfuERROR' || this.#state === 'dfuMANIFEST' || this.#state === 'dfuDNBUSY') return NOTHING;
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
