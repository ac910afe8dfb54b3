import { Fault, type FaultCode } from '@flashline/contracts';
import type { Bounds } from './bounds.ts';
import { LITERAL_PACE, learn, type Operation, UNKNOWN_PACE, waitMs } from './pacing.ts';
import { type DfuRequests, ERASE_TIMEOUT_MS, REQUEST_TIMEOUT_MS } from './requests.ts';
import { classify, type DfuStatus, type Poll } from './status.ts';
import { faultAt, hasTrouble } from './trouble.ts';

/** How often something that may be done twice is done again after it failed by chance. */
export const RETRIES_MAX = 2;
/** Questions about one operation: as waits grow by an eighth, these outlast every deadline. */
export const POLLS_MAX = 200;

/** What an operation is for; it decides which fault a refusal is. */
export type Purpose = 'erase' | 'write' | 'read' | 'leave';
const REFUSED = {
  erase: 'ERASE_REFUSED',
  write: 'WRITE_REFUSED',
  read: 'READ_REFUSED',
  leave: 'LEAVE_REFUSED',
} as const satisfies Record<Purpose, FaultCode>;

/** The fault of a refusal. DfuSe gives errVENDOR one meaning: read protection is on (AN2662). */
function refusal(purpose: Purpose, { status, state }: Pick<DfuStatus, 'status' | 'state'>): Fault {
  return new Fault(status === 'errVENDOR' ? 'BOARD_READ_PROTECTED' : REFUSED[purpose], { status, state });
}

/** Asks the device how its work went, at the pace that this session has learned. */
export class DfuAnswers {
  readonly #requests: DfuRequests;
  readonly #bounds: Bounds;
  #pace = UNKNOWN_PACE;

  constructor(requests: DfuRequests, bounds: Bounds) {
    this.#requests = requests;
    this.#bounds = bounds;
  }

  /** GETSTATUS, repeated when it fails by chance: some parts stall it once in a while (solo1-cli#97). Rejects with a Fault. */
  async status(timeoutMs = REQUEST_TIMEOUT_MS): Promise<DfuStatus> {
    for (let retries = 0; ; retries++) {
      try {
        return await this.#requests.status(timeoutMs);
      } catch (thrown) {
        const isWorthwhile = retries < RETRIES_MAX && hasTrouble(thrown, 'stall', 'timeout', 'protocol');
        if (!isWorthwhile) throw faultAt(thrown, { request: 'GETSTATUS' });
      }
    }
  }

  /** Starts what DNLOAD handed over and waits until the device says that it is done. Rejects with a Fault. */
  async finished(operation: Operation, purpose: Purpose): Promise<void> {
    const timeoutMs = operation.kind === 'erase' ? ERASE_TIMEOUT_MS : REQUEST_TIMEOUT_MS;
    const { clock } = this.#bounds;
    const firstAskedMs = clock.now();
    let poll = classify('dfuDNLOAD-IDLE', await this.status(timeoutMs));
    const beganMs = clock.now();
    let lastAskedMs = firstAskedMs;
    let asked = 0;
    for (; poll.kind === 'wait' && asked < POLLS_MAX; asked++) {
      const elapsedMs = clock.now() - beganMs;
      const pauseMs = waitMs(this.#pace, operation, { reportedMs: poll.reportedMs, elapsedMs, asked });
      await this.#bounds.sleep(pauseMs);
      lastAskedMs = clock.now();
      poll = pauseMs < poll.reportedMs ? await this.#early(poll, timeoutMs) : await this.#poll(timeoutMs);
    }
    if (poll.kind === 'wait') throw new Fault('BOARD_SLOW', { polls: asked });
    if (poll.kind === 'refused') throw refusal(purpose, poll);
    const answerMs = beganMs - firstAskedMs;
    const heldMs = clock.now() - lastAskedMs - answerMs;
    this.#pace = learn(this.#pace, operation, { elapsedMs: clock.now() - beganMs - answerMs, asked, heldMs });
  }

  /** What a stalled request meant: a refusal when the device gives a reason for it, otherwise the stall itself. */
  async explained(thrown: unknown, purpose: Purpose): Promise<unknown> {
    if (!hasTrouble(thrown, 'stall')) return thrown;
    const answer = await this.status();
    const hasReason = answer.status !== 'OK' && answer.status !== 'errSTALLEDPKT';
    return hasReason ? refusal(purpose, answer) : thrown;
  }

  async #poll(timeoutMs: number): Promise<Poll> {
    return classify('dfuDNLOAD-IDLE', await this.status(timeoutMs));
  }

  /** Parts with the small USB IP (F0, F3, L4, G4) stall when asked early: from then on this session waits as it is told. */
  async #early(last: Poll, timeoutMs: number): Promise<Poll> {
    try {
      return classify('dfuDNLOAD-IDLE', await this.#requests.status(timeoutMs));
    } catch (thrown) {
      if (hasTrouble(thrown, 'protocol')) return this.#poll(timeoutMs);
      if (!hasTrouble(thrown, 'stall', 'timeout')) throw faultAt(thrown, { request: 'GETSTATUS' });
      this.#pace = LITERAL_PACE;
      return last;
    }
  }
}
