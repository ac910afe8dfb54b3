import { type Clock, TransferError } from '@flashline/dfuse';
import { type Departure, DfuMachine, type Reply, type Setup } from '../rom/dfu-machine.ts';
import type { Chip } from '../rom/rom-commands.ts';
import { type Misbehaviour, type Trouble, troubleAt } from './misbehaviour.ts';
import { Timeline } from './timeline.ts';

/** What time a board lives in. `speed` multiplies everything it takes and reports; 0 means it never waits. */
export interface Pace {
  readonly clock: Clock;
  readonly speed: number;
}

/** SET_INTERFACE is answered by the USB core of the chip; everything else is the ROM's business. */
export type Asked = Setup | 'set-interface';

/** What can happen to a board in the middle of a transfer. */
export interface Happenings {
  readonly onUnplug: () => void;
  readonly onDepart: (departure: Departure) => void;
}

const NO_DATA = new Uint8Array(0);

/** A board's stay on the bus in its bootloader, from one enumeration to the next: its ROM starts anew each time. */
export class Enumeration {
  readonly #chip: Chip;
  readonly #machine: DfuMachine;
  readonly #misbehaviours: readonly Misbehaviour[];
  readonly #pace: Pace;
  readonly #happenings: Happenings;
  readonly #timeline = new Timeline();
  readonly #presence = new AbortController();

  constructor(chip: Chip, misbehaviours: readonly Misbehaviour[], pace: Pace, happenings: Happenings) {
    this.#chip = chip;
    this.#machine = new DfuMachine(chip);
    this.#misbehaviours = misbehaviours;
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

  /** One control transfer; `hostMs` as in Timeline. Rejects with TransferError. */
  async transfer(asked: Asked, timeoutMs: number, hostMs: number | null): Promise<Uint8Array> {
    this.#presence.signal.throwIfAborted();
    const { sins } = this.#chip;
    sins.transfer++;
    const now = this.#pace.clock.now();
    const askedAt = this.#timeline.asked(now, hostMs);
    const answer = this.#answer(
      asked,
      troubleAt(this.#misbehaviours, sins.transfer),
      this.#timeline.start(now, hostMs),
      askedAt,
    );
    const { reply } = answer;
    if (reply) this.#timeline.runTo(reply.at);
    const giveUpAt = askedAt + timeoutMs * this.#pace.speed;
    const isHeard = reply !== null && !answer.isLost && reply.at <= giveUpAt;
    await this.#waitTo(isHeard ? reply.at : giveUpAt);
    if (reply?.kind === 'data' && reply.departs) this.#happenings.onDepart(reply.departs);
    if (!isHeard) throw new TransferError('timeout', 'the board did not answer in time');
    if (reply.kind === 'stall') throw new TransferError('stall', 'the board answered STALL');
    return reply.bytes;
  }

  /** No reply: nothing reached the board. A lost one: it did what was asked and nobody heard of it. */
  #answer(asked: Asked, trouble: Trouble | undefined, start: number, askedAt: number): Answer {
    switch (trouble?.kind) {
      case 'unplug':
        this.#happenings.onUnplug();
        throw new TransferError('gone', 'the board was pulled');
      case 'hang':
        return { reply: null, isLost: true };
      case 'timeout':
        return { reply: trouble.effect ? this.#respond(asked, start, askedAt) : null, isLost: true };
      case 'stall':
        if (asked !== 'set-interface') this.#machine.stumble(asked);
        return { reply: { kind: 'stall', at: this.#bareEnd(start) }, isLost: false };
      case undefined:
        return { reply: this.#respond(asked, start, askedAt), isLost: false };
      default:
        return trouble satisfies never;
    }
  }

  #respond(asked: Asked, start: number, askedAt: number): Reply {
    if (asked === 'set-interface') return { kind: 'data', at: this.#bareEnd(start), bytes: NO_DATA, departs: null };
    return this.#machine.respond(asked, askedAt, start);
  }

  #bareEnd(start: number): number {
    return start + this.#chip.part.timing.wireMsPerTransfer;
  }

  async #waitTo(due: number): Promise<void> {
    const { clock } = this.#pace;
    const waitMs = due - clock.now();
    if (waitMs > 0) await clock.sleep(waitMs, this.#presence.signal);
    this.#timeline.deliver(due, clock.now(), waitMs > 0);
  }
}

interface Answer {
  readonly reply: Reply | null;
  readonly isLost: boolean;
}
