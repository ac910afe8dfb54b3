import { Fault, type OpenLine, type SerialLine, type SerialPorts } from '@flashline/contracts';
import type { JumpingClock } from './jumping-clock.ts';

/** What a scripted board can do when it has been told something. */
export interface Hands {
  readonly say: (what: string | Uint8Array) => void;
  readonly leave: () => void;
  readonly after: (ms: number, act: () => void) => void;
}

/** What happens on the one port of a fake bus, in order, and how its board answers. */
export class ScriptedBoard implements SerialPorts {
  readonly events: string[] = [];
  readonly #answer: (told: string, hands: Hands) => void;
  readonly #clock: JumpingClock;

  /** `answer` is called with `open`, `write …`, `baud …` and `hang up` as they happen. */
  constructor(clock: JumpingClock, answer: (told: string, hands: Hands) => void = () => {}) {
    this.#clock = clock;
    this.#answer = answer;
  }

  async open(path: string, { baudRate, hear }: OpenLine): Promise<SerialLine> {
    if (path !== '1-1') throw new Fault('BOARD_SILENT', { path });
    const over = new AbortController();
    const hands: Hands = {
      say: (what) => hear(typeof what === 'string' ? Buffer.from(what, 'latin1') : what),
      leave: () => over.abort(),
      after: (ms, act) => void this.#clock.sleep(ms).then(act),
    };
    const told = async (what: string) => {
      this.events.push(what);
      this.#answer(what, hands);
    };
    await told(`open ${baudRate}`);
    return {
      device: 'fake',
      ended: over.signal,
      write: (bytes) => told(`write ${Buffer.from(bytes).toString('latin1')}`),
      setBaud: (baud) => told(`baud ${baud}`),
      hangUp: () => told('hang up'),
      close: async () => void this.events.push('close'),
    };
  }
}
