import { Fault } from '@flashline/contracts';
import { type DfuAnswers, type Finish, POLLS_MAX, type Purpose, RETRIES_MAX } from './answers.ts';
import type { Bounds } from './bounds.ts';
import { LITERAL_PACE, type Operation, waitMs } from './pacing.ts';
import { type DfuRequests, ERASE_TIMEOUT_MS } from './requests.ts';
import type { DfuState, DfuStatus } from './status.ts';
import { isTransient } from './trouble.ts';

/** What the device is ready for. */
type Standing = 'unknown' | 'idle' | 'download' | 'upload';

/** Anything that is busy; which one it is does not matter to a literal pace. */
const LEFTOVER: Operation = { kind: 'write', bytes: 0 };

/** AN2662 allows no reads of less. */
const UPLOAD_BYTES_MIN = 2;

/** Single DfuSe operations. Knows the state the device is in, so that every request is legal there. */
export class DfuOperations {
  readonly #requests: DfuRequests;
  readonly #answers: DfuAnswers;
  readonly #bounds: Bounds;
  readonly #wedgedMs: number;
  #standing: Standing = 'unknown';

  /** `wedgedMs`: a device that has been busy for so long is stuck and can be freed; infinite where none gets stuck. */
  constructor(requests: DfuRequests, answers: DfuAnswers, bounds: Bounds, wedgedMs: number) {
    this.#requests = requests;
    this.#answers = answers;
    this.#bounds = bounds;
    this.#wedgedMs = wedgedMs;
  }

  /** The first contact: what a killed tool handed over and did not start is dropped, for the first GETSTATUS would start it. */
  async greet(): Promise<void> {
    await unlessTransient(this.#requests.abort());
    await this.settle();
  }

  /** Brings the device to dfuIDLE from wherever a killed tool, a software jump or a lost transfer left it. */
  async settle(): Promise<void> {
    const beganMs = this.#bounds.clock.now();
    let oddAnswers = 0;
    for (let asked = 0; asked < POLLS_MAX; asked++) {
      const answer = await this.#answers.status(ERASE_TIMEOUT_MS);
      if (answer.state === 'dfuIDLE') {
        this.#standing = 'idle';
        return;
      }
      if (!isOnTheWay(answer.state) && ++oddAnswers > RETRIES_MAX)
        throw new Fault('BOARD_GARBLED', { state: answer.state, status: answer.status });
      await this.#stepTowardsIdle(answer, { asked, elapsedMs: this.#bounds.clock.now() - beganMs });
    }
    throw new Fault('BOARD_SLOW', { polls: POLLS_MAX });
  }

  /** SET_INTERFACE. Some devices start their state machine anew at it (TinyUSB), so the state is asked for. */
  async selectAlternate(alternate: number): Promise<void> {
    await this.ready('download');
    for (let retries = 0; ; retries++) {
      try {
        await this.#requests.selectAlternate(alternate);
        break;
      } catch (thrown) {
        if (retries === RETRIES_MAX || !isTransient(thrown)) throw thrown;
      }
    }
    await this.settle();
  }

  /** Carries out a DfuSe command. All that go this way may be done twice, so one that got lost is sent again. */
  async command(operation: Operation, purpose: Purpose, command: Command): Promise<Finish> {
    for (let retries = 0; ; retries++) {
      await this.ready('download');
      try {
        await this.#requests.download(0, command.payload);
        break;
      } catch (thrown) {
        const explained = await this.#answers.explained(thrown, purpose);
        if (retries === RETRIES_MAX || !isTransient(explained)) throw explained;
        await this.settle();
      }
    }
    return await this.#answers.finished(operation, purpose, command.patienceMs);
  }

  /**
   * Frees a device that finished an erase and stays in dfuDNBUSY: the H743 Rev V ROM does so in its second bank, and two CLRSTATUS
   * help (betaflight-configurator#1861). What became of the erase nobody has said then.
   */
  async free(): Promise<void> {
    await unlessTransient(this.#requests.clearStatus());
    await this.settle();
  }

  /** Programs one block, once. Rejects with a transient TransferError when nobody knows whether it was carried out. */
  async write(block: number, data: Uint8Array): Promise<void> {
    await this.#store(block, data, 'write');
    await this.#answers.finished({ kind: 'write', bytes: data.length }, 'write');
  }

  /** Hands over and starts what ends in a reset of the device: from then on it may answer nothing. Throws what it refuses at once. */
  async lastOrder(block: number, data: Uint8Array, { operation, purpose }: LastOrder): Promise<void> {
    await this.#store(block, data, purpose);
    try {
      await this.#answers.finished(operation, purpose);
    } catch (thrown) {
      // Going away without a word is what it was told to do; an answer that says no is not.
      if (thrown instanceof Fault && NO_ANSWER.has(thrown.code)) return;
      throw thrown;
    }
  }

  /** Reads one block. Throws BOARD_GARBLED for any other length than the one asked for. */
  async read(block: number, length: number): Promise<Uint8Array> {
    await this.ready('upload');
    const asked = Math.max(length, UPLOAD_BYTES_MIN);
    try {
      const data = await this.#requests.upload(block, asked);
      // At the very end of a memory there is nothing behind a last byte.
      if (data.length === asked || data.length === length) return data.subarray(0, length);
      throw new Fault('BOARD_GARBLED', { request: 'UPLOAD', asked, got: data.length });
    } catch (thrown) {
      throw await this.#answers.explained(thrown, 'read');
    }
  }

  /** Puts the device where a request is legal: UPLOAD is refused in dfuDNLOAD-IDLE, and DNLOAD in dfuUPLOAD-IDLE. */
  async ready(next: 'download' | 'upload'): Promise<void> {
    if (this.#standing === 'unknown') await this.settle();
    if (this.#standing !== 'idle' && this.#standing !== next) await this.#toIdle();
    this.#standing = next;
  }

  async #store(block: number, data: Uint8Array, purpose: Purpose): Promise<void> {
    await this.ready('download');
    try {
      await this.#requests.download(block, data);
    } catch (thrown) {
      throw await this.#answers.explained(thrown, purpose);
    }
  }

  async #toIdle(): Promise<void> {
    try {
      await this.#requests.abort();
    } catch (thrown) {
      if (!isTransient(thrown)) throw thrown;
      await this.settle();
    }
  }

  async #stepTowardsIdle(answer: DfuStatus, progress: { asked: number; elapsedMs: number }): Promise<void> {
    switch (answer.state) {
      case 'dfuIDLE':
        return;
      case 'dfuERROR':
        return unlessTransient(this.#requests.clearStatus());
      case 'dfuDNLOAD-IDLE':
      case 'dfuUPLOAD-IDLE':
        return unlessTransient(this.#requests.abort());
      case 'dfuDNLOAD-SYNC':
      case 'dfuDNBUSY':
        if (progress.elapsedMs >= this.#wedgedMs) return unlessTransient(this.#requests.clearStatus());
        return this.#bounds.sleep(waitMs(LITERAL_PACE, LEFTOVER, { reportedMs: answer.pollTimeoutMs, ...progress }));
      case 'appIDLE':
      case 'appDETACH':
      case 'dfuMANIFEST-SYNC':
      case 'dfuMANIFEST':
      case 'dfuMANIFEST-WAIT-RESET':
        return;
      default:
        return answer.state satisfies never;
    }
  }
}

/** False for states in which a bootloader that is talked to cannot be: then the answer is wrong, or the device is. */
function isOnTheWay(state: DfuState): boolean {
  return !state.startsWith('app') && !state.startsWith('dfuMANIFEST');
}

/** A DfuSe command (UM0424): the bytes of block 0, and how long a device may be busy with it before it counts as wedged. */
export interface Command {
  readonly payload: Uint8Array;
  readonly patienceMs?: number;
}

/** An operation after which the device leaves the bus by itself. */
export interface LastOrder {
  readonly operation: Operation;
  readonly purpose: Purpose;
}

const NO_ANSWER: ReadonlySet<string> = new Set(['BOARD_GONE', 'BOARD_SILENT', 'BOARD_STALLED', 'BOARD_GARBLED']);

/** The next GETSTATUS shows whether a request that failed by chance had an effect. */
async function unlessTransient(request: Promise<void>): Promise<void> {
  try {
    await request;
  } catch (thrown) {
    if (!isTransient(thrown)) throw thrown;
  }
}
