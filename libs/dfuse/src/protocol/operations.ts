import { Fault } from '@flashline/contracts';
import { type DfuAnswers, POLLS_MAX, type Purpose, RETRIES_MAX } from './answers.ts';
import type { Bounds } from './bounds.ts';
import { LITERAL_PACE, type Operation, waitMs } from './pacing.ts';
import { type DfuRequests, ERASE_TIMEOUT_MS } from './requests.ts';
import type { DfuStatus } from './status.ts';
import { isTransient } from './trouble.ts';

/** What the device is ready for. */
type Standing = 'unknown' | 'idle' | 'download' | 'upload';

/** Anything that is busy; which one it is does not matter to a literal pace. */
const LEFTOVER: Operation = { kind: 'write', bytes: 0 };

/** Single DfuSe operations. Knows the state the device is in, so that every request is legal there. */
export class DfuOperations {
  readonly #requests: DfuRequests;
  readonly #answers: DfuAnswers;
  readonly #bounds: Bounds;
  #standing: Standing = 'unknown';

  constructor(requests: DfuRequests, answers: DfuAnswers, bounds: Bounds) {
    this.#requests = requests;
    this.#answers = answers;
    this.#bounds = bounds;
  }

  /** Brings the device to dfuIDLE from wherever a killed tool, a software jump or a lost transfer left it. */
  async settle(): Promise<void> {
    const beganMs = this.#bounds.clock.now();
    for (let asked = 0; asked < POLLS_MAX; asked++) {
      const answer = await this.#answers.status(ERASE_TIMEOUT_MS);
      if (answer.state === 'dfuIDLE') {
        this.#standing = 'idle';
        return;
      }
      await this.#stepTowardsIdle(answer, { asked, elapsedMs: this.#bounds.clock.now() - beganMs });
    }
    throw new Fault('BOARD_SLOW', { polls: POLLS_MAX });
  }

  /** Carries out a DfuSe command. All of ours may be done twice, so one that got lost is sent again. */
  async command(operation: Operation, purpose: Purpose, payload: Uint8Array): Promise<void> {
    for (let retries = 0; ; retries++) {
      await this.ready('download');
      try {
        await this.#requests.download(0, payload);
        break;
      } catch (thrown) {
        if (retries === RETRIES_MAX || !isTransient(thrown)) throw await this.#answers.explained(thrown, purpose);
        await this.settle();
      }
    }
    await this.#answers.finished(operation, purpose);
  }

  /** Programs one block, once. Rejects with a transient TransferError when nobody knows whether it was carried out. */
  async write(block: number, data: Uint8Array): Promise<void> {
    await this.ready('download');
    try {
      await this.#requests.download(block, data);
    } catch (thrown) {
      throw await this.#answers.explained(thrown, 'write');
    }
    await this.#answers.finished({ kind: 'write', bytes: data.length }, 'write');
  }

  /** Reads one block. Throws BOARD_GARBLED for any other length than the one asked for. */
  async read(block: number, length: number): Promise<Uint8Array> {
    await this.ready('upload');
    try {
      const data = await this.#requests.upload(block, length);
      if (data.length === length) return data;
      throw new Fault('BOARD_GARBLED', { request: 'UPLOAD', asked: length, got: data.length });
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
        return this.#bounds.sleep(waitMs(LITERAL_PACE, LEFTOVER, { reportedMs: answer.pollTimeoutMs, ...progress }));
      case 'appIDLE':
      case 'appDETACH':
      case 'dfuMANIFEST-SYNC':
      case 'dfuMANIFEST':
      case 'dfuMANIFEST-WAIT-RESET':
        throw new Fault('BOARD_GARBLED', { state: answer.state, status: answer.status });
      default:
        return answer.state satisfies never;
    }
  }
}

/** The next GETSTATUS shows whether a request that failed by chance had an effect. */
async function unlessTransient(request: Promise<void>): Promise<void> {
  try {
    await request;
  } catch (thrown) {
    if (!isTransient(thrown)) throw thrown;
  }
}
