import { Fault, type SerialLine } from '@flashline/contracts';
import type { VirtualBench } from '../../bench/bench.ts';
import { type Fields, textIn, wholeIn } from '../../json-fields.ts';
import { frame, jsonFrame, SAY } from '../bench-wire.ts';

/** More than a bench has slots. */
const LINES_MAX = 128;
const HANDLE_BYTES = 4;
const U32_MAX = 0xffff_ffff;

/** The serial lines that one client of a bench has open, by the handles that it gave them. */
export class ServedLines {
  readonly #bench: VirtualBench;
  readonly #send: (bytes: Buffer) => void;
  readonly #lines = new Map<number, SerialLine>();
  #isOver = false;

  constructor(bench: VirtualBench, send: (bytes: Buffer) => void) {
    this.#bench = bench;
    this.#send = send;
  }

  /** The client chose the handle, so that it knows whose words it hears before it has the answer to this. */
  async open(call: Fields): Promise<{ readonly device: string }> {
    const handle = handleIn(call);
    if (this.#lines.has(handle) || this.#lines.size >= LINES_MAX)
      throw new Fault('REQUEST_INVALID', { reason: 'handle is taken, or too many lines are open', handle });
    const line = await this.#bench.serial.open(textIn(call, 'path', 64), {
      baudRate: wholeIn(call, 'baudRate', [1, U32_MAX]),
      hear: (bytes) => this.#send(frame(SAY.heard, handle, bytes)),
    });
    this.#lines.set(handle, line);
    line.ended.addEventListener('abort', () => {
      this.#lines.delete(handle);
      this.#send(jsonFrame(SAY.ended, handle, null));
    });
    // The client may have died in between, and nobody else would close it.
    if (this.#isOver) this.letGo();
    return { device: line.device };
  }

  /** Nothing happens on a line that is over: its client is told by a frame of its own. */
  async write(payload: Buffer): Promise<void> {
    if (payload.length < HANDLE_BYTES) throw new Fault('REQUEST_INVALID', { reason: 'write cut short' });
    await this.#lines.get(payload.readUInt32LE(0))?.write(payload.subarray(HANDLE_BYTES));
  }

  async setBaud(call: Fields): Promise<void> {
    await this.#lines.get(handleIn(call))?.setBaud(wholeIn(call, 'baudRate', [1, U32_MAX]));
  }

  async hangUp(call: Fields): Promise<void> {
    await this.#lines.get(handleIn(call))?.hangUp();
  }

  async close(call: Fields): Promise<void> {
    await this.#lines.get(handleIn(call))?.close();
  }

  /** The client is gone: the kernel of a real machine would close what it had open. */
  letGo(): void {
    this.#isOver = true;
    for (const line of [...this.#lines.values()]) void line.close();
  }
}

/** What a client writes to a line. */
export function writePayload(handle: number, bytes: Uint8Array): Buffer {
  const payload = Buffer.allocUnsafe(HANDLE_BYTES + bytes.length);
  payload.writeUInt32LE(handle, 0);
  payload.set(bytes, HANDLE_BYTES);
  return payload;
}

function handleIn(call: Fields): number {
  return wholeIn(call, 'handle', [0, U32_MAX]);
}
