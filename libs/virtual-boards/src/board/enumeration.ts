import { type Clock, TransferError } from '@flashline/dfuse';
import { seededRandom } from '../random.ts';
import type { Chip } from '../rom/chip.ts';
import { DfuMachine } from '../rom/dfu-machine.ts';
import type { Departure, Moment, Reply, Setup } from '../rom/exchange.ts';
import type { Leftover } from '../rom/leftover.ts';
import { type Trouble, troubleAt } from './misbehaviour.ts';
import { Timeline } from './timeline.ts';
import { wronglyAnswered, wronglyHeard } from './wrong-answer.ts';

/** What time a board lives in. `speed` multiplies everything it takes and reports; 0 means it never waits. */
export interface Pace {
  readonly clock: Clock;
  readonly speed: number;
}

/** SET_INTERFACE is answered by the USB core of the chip; everything else is the ROM's business. */
export type Asked = Setup | { readonly alternate: number };

/** How long a host waits for an answer. */
export interface Patience {
  readonly timeoutMs: number;
  /** As in Timeline. */
  readonly hostMs: number | null;
  /** Aborted when a host gives up that did not say beforehand how long it waits; `timeoutMs` means nothing then. */
  readonly givesUp: AbortSignal | null;
}

/** What can happen to a board in the middle of a transfer. */
export interface Happenings {
  readonly onUnplug: () => void;
  readonly onDepart: (departure: Departure) => void;
}

/** How a board comes onto the bus. */
export interface Arrival {
  readonly found: Leftover;
  readonly troubles: readonly Trouble[];
}

interface Answer {
  readonly reply: Reply;
  /** It did what was asked and nobody hears of it. */
  readonly isLost: boolean;
}

const NO_DATA = new Uint8Array(0);
const SILENCE = { kind: 'silence' } as const;

/** A board's stay on the bus in its bootloader, from one enumeration to the next: its ROM starts anew each time. */
export class Enumeration {
  readonly #chip: Chip;
  readonly #machine: DfuMachine;
  readonly #troubles: readonly Trouble[];
  readonly #pace: Pace;
  readonly #happenings: Happenings;
  readonly #timeline = new Timeline();
  readonly #presence = new AbortController();

  constructor(chip: Chip, { found, troubles }: Arrival, pace: Pace, happenings: Happenings) {
    this.#chip = chip;
    this.#machine = new DfuMachine(chip, found);
    this.#troubles = troubles;
    this.#pace = pace;
    this.#happenings = happenings;
  }

  get machine(): Pick<DfuMachine, 'state' | 'status'> {
    return this.#machine;
  }

  /** The board is off the bus: what is under way rejects with `gone`. */
  end(): void {
    this.#presence.abort(new TransferError('gone', 'the board left the bus'));
  }

  /** The board has no power any more: what its flash is busy with stays half done, in a way that the seed decides. */
  powerOff(seed: number): void {
    this.#machine.powerOff(this.#pace.clock.now(), seededRandom((seed ^ this.#chip.sins.transfer) >>> 0));
  }

  /** One control transfer. Rejects with TransferError, or with the reason of a host that gave up. */
  async transfer(asked: Asked, patience: Patience): Promise<Uint8Array> {
    const { givesUp, hostMs } = patience;
    if (this.#presence.signal.aborted) throw this.#presence.signal.reason;
    const trouble = troubleAt(this.#troubles, ++this.#chip.sins.transfer);
    if (givesUp && !trouble) await this.#waitUntilLookedAt(givesUp);
    const now = this.#pace.clock.now();
    const askedAt = this.#timeline.asked(now, hostMs);
    const giveUpAt = givesUp ? Number.MAX_VALUE : askedAt + patience.timeoutMs * this.#pace.speed;
    const moment = { askedAt, start: this.#timeline.start(now, hostMs), giveUpAt };
    const { reply, isLost } = this.#answer(asked, trouble, moment);
    if (reply.kind === 'silence') return this.#giveUp(giveUpAt, patience);
    this.#timeline.runTo(reply.at);
    const isHeard = !isLost && reply.at <= giveUpAt;
    await this.#waitTo(isHeard || givesUp ? reply.at : giveUpAt);
    if (reply.kind !== 'stall' && reply.departs) this.#happenings.onDepart(reply.departs);
    if (!isHeard) return this.#giveUp(giveUpAt, patience);
    if (reply.kind === 'goes') throw new TransferError('gone', 'the board left the bus');
    if (reply.kind === 'stall') throw new TransferError('stall', 'the board answered STALL');
    return reply.bytes;
  }

  /**
   * A busy ROM looks at a request when it is done. For a host that names its timeout that is settled at once, see
   * DfuMachine.respond; one that does not may give up before, and a pull before still finds flash busy.
   */
  async #waitUntilLookedAt(givesUp: AbortSignal): Promise<void> {
    const { clock } = this.#pace;
    const waitMs = this.#machine.heldUntil - clock.now();
    if (waitMs === Number.POSITIVE_INFINITY) throw unanswered();
    if (waitMs > 0) await clock.sleep(waitMs, AbortSignal.any([this.#presence.signal, givesUp]));
  }

  /** A host that does not name its timeout is told at once that there is nothing to wait for. */
  async #giveUp(giveUpAt: number, { givesUp }: Patience): Promise<never> {
    if (!givesUp) await this.#waitTo(giveUpAt);
    throw unanswered();
  }

  #answer(asked: Asked, trouble: Trouble | undefined, moment: Moment): Answer {
    switch (trouble?.kind) {
      case 'unplug':
        if (trouble.afterMs !== undefined) return this.#unplugLater(asked, moment, trouble.afterMs);
        this.#happenings.onUnplug();
        throw new TransferError('gone', 'the board was pulled');
      case 'hang':
        return { reply: SILENCE, isLost: true };
      case 'timeout':
        return { reply: trouble.effect ? this.#respond(asked, moment) : SILENCE, isLost: true };
      case 'stall':
        if ('request' in asked) this.#machine.stumble(asked);
        return { reply: { kind: 'stall', at: this.#bareEnd(moment) }, isLost: false };
      case 'short-answer': {
        const reply = this.#respond(asked, moment);
        const isOut = !('request' in asked) || asked.direction === 'out';
        return { reply: isOut ? reply : withBytes(reply, (bytes) => bytes.subarray(0, -1)), isLost: isOut };
      }
      case 'wrong-answer':
        return { reply: this.#respondWrongly(asked, moment, trouble.seed ?? 1), isLost: false };
      case undefined:
        return { reply: this.#respond(asked, moment), isLost: false };
      default:
        return trouble satisfies never;
    }
  }

  #unplugLater(asked: Asked, moment: Moment, afterMs: number): Answer {
    const reply = this.#respond(asked, moment);
    const { clock, speed } = this.#pace;
    const servedAt = reply.kind === 'silence' ? moment.giveUpAt : reply.at;
    clock.sleep(servedAt - clock.now() + afterMs * speed, this.#presence.signal).then(
      () => this.#happenings.onUnplug(),
      // It left the bus by itself before that.
      () => {},
    );
    return { reply, isLost: false };
  }

  #respond(asked: Asked, moment: Moment): Reply {
    if ('request' in asked) return this.#machine.respond(asked, moment);
    this.#chip.alternate = asked.alternate;
    return { kind: 'data', at: this.#bareEnd(moment), bytes: NO_DATA, departs: null };
  }

  #respondWrongly(asked: Asked, moment: Moment, seed: number): Reply {
    if (!('request' in asked)) return this.#respond(asked, moment);
    if (asked.direction === 'out') return this.#respond(wronglyHeard(asked, seed), moment);
    return withBytes(this.#respond(asked, moment), (bytes) => wronglyAnswered(asked, bytes, seed));
  }

  #bareEnd({ start }: Moment): number {
    return start + this.#chip.part.timing.wireMsPerTransfer;
  }

  async #waitTo(due: number): Promise<void> {
    const { clock } = this.#pace;
    const waitMs = due - clock.now();
    if (waitMs > 0) await clock.sleep(waitMs, this.#presence.signal);
    this.#timeline.deliver(due, clock.now(), waitMs > 0);
  }
}

function unanswered(): TransferError {
  return new TransferError('timeout', 'the board did not answer in time');
}

function withBytes(reply: Reply, change: (bytes: Uint8Array) => Uint8Array): Reply {
  return reply.kind === 'data' ? { ...reply, bytes: change(reply.bytes) } : reply;
}
