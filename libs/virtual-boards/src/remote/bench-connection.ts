import type { Socket } from 'node:net';
import { Fault } from '@flashline/contracts';
import { TransferError } from '@flashline/dfuse';
import type { VirtualBench } from '../bench/bench.ts';
import type { BoardPort } from '../board/board-port.ts';
import type { BoardSpec } from '../board/board-spec.ts';
import { choiceIn, type Fields, fieldsOf, flagIn, textIn, wholeIn } from '../json-fields.ts';
import { ASK, controlOf, type Frame, FrameCutter, frame, jsonFrame, packError, parseJson, SAY } from './bench-wire.ts';
import { FrameSender } from './frame-sender.ts';
import { ServedLines } from './serial/served-lines.ts';

/** What a client can call besides control transfers. */
const BOARD_CALLS = [
  'list',
  'open',
  'select',
  'close',
  'plug',
  'unplug',
  'replug',
  'inspect',
  'report',
  'detach',
] as const;
const LINE_CALLS = ['line-open', 'line-baud', 'line-hang-up', 'line-close'] as const;
const CALLS = [...BOARD_CALLS, ...LINE_CALLS] as const;

const NO_DATA = Buffer.alloc(0);
const U32_MAX = 0xffff_ffff;

/** One client of a served bench, and what it has open. */
export class BenchConnection {
  readonly #bench: VirtualBench;
  readonly #socket: Socket;
  readonly #sender: FrameSender;
  readonly #ports = new Map<number, BoardPort>();
  readonly #lines: ServedLines;
  #lastHandle = 0;
  #isOver = false;

  constructor(bench: VirtualBench, socket: Socket) {
    this.#bench = bench;
    this.#socket = socket;
    this.#sender = new FrameSender(socket);
    this.#lines = new ServedLines(bench, (bytes) => this.#sender.send(bytes));
  }

  serve(): void {
    const cutter = new FrameCutter();
    const unwatch = this.#bench.watch(() => this.#sender.send(frame(SAY.hint, 0, NO_DATA)));
    this.#socket.on('data', (chunk: Buffer) => {
      try {
        for (const asked of cutter.push(chunk)) void this.#serve(asked);
      } catch {
        // Not our protocol: there is nobody to explain it to.
        this.#socket.destroy();
      }
    });
    // A reset is an end like any other.
    this.#socket.on('error', () => {});
    this.#socket.once('close', () => {
      unwatch();
      this.#letGo();
    });
  }

  async #serve(asked: Frame): Promise<void> {
    try {
      this.#sender.send(await this.#answer(asked));
    } catch (error) {
      this.#sender.send(jsonFrame(SAY.failed, asked.id, packError(error)));
    }
  }

  async #answer({ kind, id, payload }: Frame): Promise<Buffer> {
    if (kind === ASK.controlIn) {
      const { handle, request, value, length, timeoutMs, hostMs } = controlOf(payload);
      return frame(SAY.bytes, id, await this.#port(handle, hostMs).controlIn(request, value, length, timeoutMs));
    }
    if (kind === ASK.controlOut) {
      const { handle, request, value, data, timeoutMs, hostMs } = controlOf(payload);
      await this.#port(handle, hostMs).controlOut(request, value, data, timeoutMs);
      return frame(SAY.bytes, id, NO_DATA);
    }
    if (kind === ASK.lineWrite) {
      await this.#lines.write(payload);
      return frame(SAY.bytes, id, NO_DATA);
    }
    if (kind !== ASK.call) throw new Fault('REQUEST_INVALID', { reason: 'unknown kind of frame', kind });
    const call = fieldsOf(parseJson(payload), 'call', CALL_FIELDS);
    if (choiceIn(call, 'do', CALLS) === 'inspect') return frame(SAY.bytes, id, this.#inspect(call));
    return jsonFrame(SAY.json, id, await this.#call(call));
  }

  async #call(call: Fields): Promise<unknown> {
    const asked = choiceIn(call, 'do', CALLS);
    if (asked === 'line-open') return this.#lines.open(call);
    if (asked === 'line-baud') return this.#lines.setBaud(call);
    if (asked === 'line-hang-up') return this.#lines.hangUp(call);
    if (asked === 'line-close') return this.#lines.close(call);
    if (asked === 'list') return this.#bench.list();
    if (asked === 'open') return this.#open(textIn(call, 'path', 64));
    if (asked === 'select' || asked === 'close') return this.#onPort(asked, call);
    const path = textIn(call, 'path', 64);
    if (asked === 'plug') return this.#bench.plug(path, call.values.spec as BoardSpec);
    if (asked === 'replug') return this.#bench.replug(path);
    if (asked === 'detach') return this.#bench.detachIntoBootloader(path);
    return asked === 'unplug' ? this.#bench.unplug(path) : this.#bench.report(path);
  }

  async #open(path: string): Promise<object> {
    const port = await this.#bench.open(path);
    const handle = ++this.#lastHandle;
    this.#ports.set(handle, port);
    // The client may have died in between, and nobody else would close it.
    if (this.#isOver) this.#letGo();
    return { handle, device: port.device };
  }

  async #onPort(asked: 'select' | 'close', call: Fields): Promise<void> {
    const handle = wholeIn(call, 'handle', [0, U32_MAX]);
    if (asked === 'select') return this.#port(handle).selectAlternate(wholeIn(call, 'alternate', [0, 255]));
    const port = this.#ports.get(handle);
    this.#ports.delete(handle);
    await port?.close();
  }

  /** The digest, then the bytes if they were asked for. */
  #inspect(call: Fields): Uint8Array {
    const { sha256, bytes } = this.#bench.inspect(textIn(call, 'path', 64), {
      address: wholeIn(call, 'address', [0, U32_MAX]),
      length: wholeIn(call, 'length', [0, U32_MAX]),
      withBytes: flagIn(call, 'withBytes', false),
    });
    return Buffer.concat([Buffer.from(sha256, 'hex'), bytes ?? NO_DATA]);
  }

  #port(handle: number, hostMs: number | null = null): BoardPort {
    const port = this.#ports.get(handle);
    if (!port) throw new TransferError('gone', 'the port is closed');
    if (hostMs !== null) port.hostTook(hostMs);
    return port;
  }

  /** A process that dies gives back what it held, as the kernel sees to on a real machine. */
  #letGo(): void {
    this.#isOver = true;
    for (const port of this.#ports.values()) void port.close();
    this.#ports.clear();
    this.#lines.letGo();
  }
}

const CALL_FIELDS = ['do', 'path', 'handle', 'alternate', 'spec', 'address', 'length', 'withBytes', 'baudRate'];
