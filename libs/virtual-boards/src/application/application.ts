import type { Pace } from '../board/enumeration.ts';
import type { WholeApplicationSpec } from './application-spec.ts';
import type { ChipFacts } from './chip-facts.ts';
import { Conversation, type FirmwareHands } from './conversation.ts';

const TOUCH_BAUD = 1200;

/** A firmware that runs on a board, seen through its USB connection: a serial port, and DFU at run time. */
export class Application {
  readonly spec: WholeApplicationSpec;
  readonly #pace: Pace;
  readonly #hands: FirmwareHands;
  readonly #conversation: Conversation;
  #baud = 115_200;
  #isReady = false;
  #detaching: AbortController | null = null;

  constructor(spec: WholeApplicationSpec, chip: ChipFacts, pace: Pace, hands: FirmwareHands) {
    this.spec = spec;
    this.#pace = pace;
    this.#hands = hands;
    this.#conversation = new Conversation(spec, chip, pace, hands);
  }

  /** True between DFU DETACH and what it leads to. */
  get isDetaching(): boolean {
    return this.#detaching !== null;
  }

  /** The host sends a packet over the serial port. */
  hear(packet: Uint8Array): void {
    this.#conversation.hear(packet);
  }

  /** The host sets the baud rate, which means nothing on USB but to firmware that takes 1200 as a sign. */
  setBaud(baud: number): void {
    this.#baud = baud;
  }

  /** The host raises DTR when it opens the port and drops it when it closes it. Only that at 1200 baud is a sign. */
  setReady(isReady: boolean): void {
    const wasReady = this.#isReady;
    this.#isReady = isReady;
    if (isReady && !wasReady) this.#conversation.begin();
    const isTouch = wasReady && !isReady && this.#baud === TOUCH_BAUD;
    if (isTouch && this.spec.accepts.includes('touch-1200')) this.#hands.restart('dfu');
  }

  /**
   * DFU DETACH: for `timeoutMs` a reset of the bus leads into the bootloader (DFU 1.1, 5.1). The host has this long, however
   * fast the board is made to be.
   */
  detach(timeoutMs: number): void {
    if (this.spec.willDetach) {
      this.#hands.restart('dfu');
      return;
    }
    this.#detaching?.abort();
    const detaching = new AbortController();
    this.#detaching = detaching;
    this.#pace.clock.sleep(timeoutMs, detaching.signal).then(
      () => {
        this.#detaching = null;
      },
      // The bus was reset, or it was asked again.
      () => {},
    );
  }

  /** The host resets the bus: to a firmware that was not asked to detach, an enumeration like any other. */
  busReset(): void {
    if (!this.#detaching) return;
    this.stop();
    this.#hands.restart('dfu');
  }

  /** The cable was pulled: what the firmware was about to do does not happen, and it starts anew. */
  stop(): void {
    this.#conversation.end();
    this.#detaching?.abort();
    this.#detaching = null;
  }
}
