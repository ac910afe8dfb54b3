import { Fault, type SerialLine, type SerialPorts } from '@flashline/contracts';
import { type Timing, within } from './within.ts';

/** No program takes a baud rate for more than a formality on USB; this one is no firmware's sign for anything. */
export const USUAL_BAUD = 115_200;
/** Room for 64 lines of 256 characters; of more, the oldest are forgotten. */
const HEARD_BYTES_MAX = 64 * 256;
const SEND_MS_MAX = 1_000;
const CLOSE_MS_MAX = 1_000;

/** What is waited for did not come: for so long, or ever, because the board has left the bus. */
export type Nothing = 'silence' | 'gone';

/** Opens the serial port of a board, lets `say` talk over it, and closes it whatever happens. Rejects as SerialPorts.open does. */
export async function talkOver<T>(
  ports: SerialPorts,
  { path, baudRate = USUAL_BAUD }: { readonly path: string; readonly baudRate?: number },
  timing: Timing,
  say: (talk: Talk) => Promise<T>,
): Promise<T> {
  const talk = new Talk(path, timing);
  const line = await ports.open(path, { baudRate, hear: (bytes) => talk.hear(bytes), signal: timing.signal });
  try {
    talk.begin(line);
    return await say(talk);
  } finally {
    // Without the signal: a port is let go also when nobody waits for its answer any more.
    await within(line.close(), CLOSE_MS_MAX, { clock: timing.clock });
  }
}

/** A conversation over an opened line: what was heard so far, and what is waited for, both with limits. */
export class Talk {
  readonly path: string;
  readonly #timing: Timing;
  #line: SerialLine | null = null;
  #heard: Buffer = Buffer.alloc(0);
  #wake: () => void = () => {};

  constructor(path: string, timing: Timing) {
    this.path = path;
    this.#timing = timing;
  }

  begin(line: SerialLine): void {
    this.#line = line;
  }

  hear(bytes: Uint8Array): void {
    this.#heard = Buffer.concat([this.#heard, bytes]).subarray(-HEARD_BYTES_MAX);
    this.#wake();
  }

  /** What was heard before is no answer to what is asked next. */
  forget(): void {
    this.#heard = Buffer.alloc(0);
  }

  /** Rejects with BOARD_SILENT when the board does not take it. */
  async send(what: string | Uint8Array): Promise<void> {
    await this.#sure(this.#open.write(typeof what === 'string' ? Buffer.from(what, 'latin1') : what));
  }

  async setBaud(baudRate: number): Promise<void> {
    await this.#sure(this.#open.setBaud(baudRate));
  }

  async hangUp(): Promise<void> {
    await this.#sure(this.#open.hangUp());
  }

  /** Resolves with what `find` makes of all that was heard, as soon as that is something. Rejects when nobody waits any more. */
  async until<T>(find: (heard: Buffer) => T | null, ms: number): Promise<T | Nothing> {
    const { clock } = this.#timing;
    const dueMs = clock.now() + ms;
    for (;;) {
      const found = find(this.#heard);
      if (found !== null) return found;
      if (this.#open.ended.aborted) return 'gone';
      const leftMs = dueMs - clock.now();
      if (leftMs <= 0) return 'silence';
      await this.#news(leftMs);
    }
  }

  /** Resolves when the board has left the bus, or stayed for so long. */
  untilGone(ms: number): Promise<Nothing> {
    return this.until<never>(() => null, ms);
  }

  get #open(): SerialLine {
    if (!this.#line) throw new Fault('STATION_BUG', { reason: 'a conversation without a line' });
    return this.#line;
  }

  /** Resolves when more was heard, the line is over, or the time. */
  async #news(ms: number): Promise<void> {
    const { clock, signal } = this.#timing;
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    const stops = [woken.signal, this.#open.ended, ...(signal ? [signal] : [])];
    await clock.sleep(ms, AbortSignal.any(stops)).catch(() => {});
    signal?.throwIfAborted();
  }

  async #sure(work: Promise<void>): Promise<void> {
    if ((await within(work, SEND_MS_MAX, this.#timing)) !== 'late') return;
    const { device } = this.#open;
    throw new Fault('BOARD_SILENT', { path: this.path, device, reason: 'takes nothing', limitMs: SEND_MS_MAX });
  }
}
