import { Fault, type FaultCode } from '@flashline/contracts';
import type { Bounds } from './bounds.ts';
import { LITERAL_PACE, learn, type Operation, type Pace, waitMs } from './pacing.ts';
import { type DfuRequests, ERASE_TIMEOUT_MS, MASS_ERASE_TIMEOUT_MS, REQUEST_TIMEOUT_MS } from './requests.ts';
import { classify, type DfuStatus, type Poll } from './status.ts';
import { faultAt, hasTrouble } from './trouble.ts';

/** How often something that may be done twice is done again after it failed by chance. */
export const RETRIES_MAX = 2;
/** Questions about one operation: as waits grow by an eighth, these outlast every deadline. */
export const POLLS_MAX = 200;

/** The first pause after a stalled GETSTATUS; each that follows is twice as long. */
const STALL_PAUSE_MS = 5;

/** What an operation is for; it decides which fault a refusal is. */
export type Purpose = 'erase' | 'write' | 'read' | 'leave' | 'lock' | 'unprotect';
const REFUSED = {
  erase: 'ERASE_REFUSED',
  write: 'WRITE_REFUSED',
  read: 'READ_REFUSED',
  leave: 'LEAVE_REFUSED',
  lock: 'LOCK_FAILED',
  unprotect: 'UNPROTECT_FAILED',
} as const satisfies Record<Purpose, FaultCode>;

const ANSWER_TIMEOUT_MS = {
  address: REQUEST_TIMEOUT_MS,
  write: REQUEST_TIMEOUT_MS,
  erase: ERASE_TIMEOUT_MS,
  'mass-erase': MASS_ERASE_TIMEOUT_MS,
} as const satisfies Record<Operation['kind'], number>;

/** How a device bears a GETSTATUS while it works: true for parts that are known to, null when nobody knows. */
export type BearsEarly = boolean | null;

/** What an operation came to; `wedged` is only told to those who have patience for it. */
export type Finish = 'done' | 'wedged';

/** Asks the device how its work went, at the pace that has been learned for it. */
export class DfuAnswers {
  readonly #requests: DfuRequests;
  readonly #bounds: Bounds;
  readonly #bearsEarly: BearsEarly;
  #pace: Pace;

  constructor(requests: DfuRequests, bounds: Bounds, knows: { readonly pace: Pace; readonly bearsEarly: BearsEarly }) {
    this.#requests = requests;
    this.#bounds = bounds;
    this.#bearsEarly = knows.bearsEarly;
    this.#pace = knows.bearsEarly === false ? LITERAL_PACE : knows.pace;
  }

  /** What has been learned, for the next board of this kind. */
  get pace(): Pace {
    return this.#pace;
  }

  /**
   * GETSTATUS, repeated when it fails by chance: some parts stall it once in a while (solo1-cli#97), and those with the small USB
   * IP for as long as they are busy. Rejects with a Fault.
   */
  async status(timeoutMs = REQUEST_TIMEOUT_MS): Promise<DfuStatus> {
    const { clock } = this.#bounds;
    const patientUntilMs = clock.now() + timeoutMs;
    let failures = 0;
    for (let pauseMs = STALL_PAUSE_MS; ; pauseMs *= 2) {
      try {
        return await this.#requests.status(timeoutMs);
      } catch (thrown) {
        const isStall = hasTrouble(thrown, 'stall');
        const isHopeless = isStall ? clock.now() >= patientUntilMs : ++failures > RETRIES_MAX;
        if (isHopeless || !mayBeChance(thrown)) throw faultAt(thrown, { request: 'GETSTATUS' });
        if (isStall) await this.#bounds.sleep(pauseMs);
      }
    }
  }

  /**
   * Starts what DNLOAD handed over and waits until the device says that it is done. Rejects with a Fault. With a patience, a
   * device that is still busy after so many milliseconds counts as wedged.
   */
  async finished(operation: Operation, purpose: Purpose, patienceMs = Number.POSITIVE_INFINITY): Promise<Finish> {
    const timeoutMs = ANSWER_TIMEOUT_MS[operation.kind];
    const { clock } = this.#bounds;
    const firstAskedMs = clock.now();
    let poll = await this.#poll(timeoutMs);
    const beganMs = clock.now();
    let lastAskedMs = firstAskedMs;
    let asked = 0;
    for (; poll.kind === 'wait' && asked < POLLS_MAX; asked++) {
      const elapsedMs = clock.now() - beganMs;
      if (elapsedMs >= patienceMs) return 'wedged';
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
    return 'done';
  }

  /** What a stalled request meant: a refusal when the device gives a reason for it, otherwise the stall itself. */
  async explained(thrown: unknown, purpose: Purpose): Promise<unknown> {
    if (!hasTrouble(thrown, 'stall')) return thrown;
    await this.status();
    // The second answer, for the same reason as in a poll.
    const answer = await this.status();
    const hasReason = answer.status !== 'OK' && answer.status !== 'errSTALLEDPKT';
    return hasReason ? refusal(purpose, { kind: 'refused', ...answer }) : thrown;
  }

  /** An answer that says no is believed when it is given twice: to ask again changes nothing, and one answer may be garbled. */
  async #poll(timeoutMs: number): Promise<Poll> {
    const poll = classify('dfuDNLOAD-IDLE', await this.status(timeoutMs));
    return poll.kind === 'refused' ? classify('dfuDNLOAD-IDLE', await this.status(timeoutMs)) : poll;
  }

  /** Parts with the small USB IP (F0, F3, L4, G4) stall when asked early: from then on boards of this kind are waited for as they say. */
  async #early(last: Extract<Poll, { kind: 'wait' }>, timeoutMs: number): Promise<Poll> {
    try {
      const poll = classify('dfuDNLOAD-IDLE', await this.#requests.status(timeoutMs));
      return poll.kind === 'refused' ? await this.#poll(timeoutMs) : poll;
    } catch (thrown) {
      if (!mayBeChance(thrown)) throw faultAt(thrown, { request: 'GETSTATUS' });
      if (this.#bearsEarly === true) return this.#poll(timeoutMs);
      if (hasTrouble(thrown, 'stall')) this.#pace = LITERAL_PACE;
      return last;
    }
  }
}

/** GETSTATUS may always be sent again: it starts what is stored once, and then it only tells. */
function mayBeChance(thrown: unknown): boolean {
  return (
    hasTrouble(thrown, 'stall', 'timeout', 'protocol') || (thrown instanceof Fault && thrown.code === 'BOARD_GARBLED')
  );
}

/** The fault of a refusal. DfuSe gives errVENDOR one meaning: read protection is on (AN2662). A state out of turn is no refusal. */
function refusal(purpose: Purpose, { status, state }: Extract<Poll, { kind: 'refused' }>): Fault {
  if (status === 'OK' && state !== 'dfuERROR') return new Fault('BOARD_GARBLED', { status, state, during: purpose });
  return new Fault(status === 'errVENDOR' ? 'BOARD_READ_PROTECTED' : REFUSED[purpose], { status, state });
}
