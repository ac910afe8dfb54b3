import { connect, type Socket } from 'node:net';
import { Fault, type SerialPorts } from '@flashline/contracts';
import { type BusDevice, type DfuBus, type DfuDevice, type DfuPort, TransferError } from '@flashline/dfuse';
import type { Inspected, Inspection } from '../bench/bench.ts';
import type { BoardReport } from '../board/board.ts';
import type { BoardSpec } from '../board/board-spec.ts';
import { BenchLine } from './bench-line.ts';
import { ASK, type ControlAsk, controlPayload, parseJson } from './bench-wire.ts';
import { RemoteSerial } from './serial/remote-serial.ts';

const CONNECT_TIMEOUT_MS = 5000;
const DIGEST_BYTES = 32;
const NO_DATA = new Uint8Array(0);

/** Connects to a served bench at `host:port`. Rejects with USB_HOST when there is none. */
export async function connectBench(address: string): Promise<RemoteBench> {
  const [host, port, ...rest] = address.split(':');
  if (!host || !port || rest.length > 0 || !/^\d{1,5}$/.test(port))
    throw new Fault('CONFIG_INVALID', { field: 'bench', expected: 'host:port' });
  return new RemoteBench(new BenchLine(await dial(address, host, Number(port))));
}

function dial(address: string, host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true, timeout: CONNECT_TIMEOUT_MS });
    const refuse = (reason: string, cause?: Error) => {
      socket.destroy();
      reject(new Fault('USB_HOST', { reason: 'the virtual bench does not answer', address, error: reason }, { cause }));
    };
    socket.once('error', (cause: NodeJS.ErrnoException) => refuse(cause.code ?? cause.message, cause));
    socket.once('timeout', () => refuse('ETIMEDOUT'));
    socket.once('connect', () => {
      socket.removeAllListeners();
      socket.setTimeout(0);
      resolve(socket);
    });
  });
}

/** A virtual bench in another process. The same bus, and the same hands. */
export class RemoteBench implements DfuBus {
  /** The serial ports of the boards that run their firmware, as VirtualBench.serial. */
  readonly serial: SerialPorts;
  readonly #line: BenchLine;

  constructor(line: BenchLine) {
    this.#line = line;
    this.serial = new RemoteSerial(line);
  }

  async list(): Promise<readonly BusDevice[]> {
    return (await this.#call({ do: 'list' })) as readonly BusDevice[];
  }

  watch(onHint: () => void): () => void {
    return this.#line.watch(onHint);
  }

  async open(path: string): Promise<DfuPort> {
    const { handle, device } = (await this.#call({ do: 'open', path })) as { handle: number; device: DfuDevice };
    return new RemotePort(this.#line, handle, device);
  }

  /** Hangs up. The boards stay as they are; what was open is closed. */
  close(): Promise<void> {
    return this.#line.close();
  }

  /** As VirtualBench.plug. */
  async plug(path: string, spec: BoardSpec): Promise<void> {
    await this.#call({ do: 'plug', path, spec });
  }

  /** As VirtualBench.unplug. */
  async unplug(path: string): Promise<void> {
    await this.#call({ do: 'unplug', path });
  }

  /** As VirtualBench.replug. */
  async replug(path: string): Promise<void> {
    await this.#call({ do: 'replug', path });
  }

  /** As VirtualBench.inspect. */
  async inspect(path: string, inspection: Inspection): Promise<Inspected> {
    const answer = await this.#line.ask(ASK.call, jsonBytes({ do: 'inspect', path, ...inspection }));
    const sha256 = answer.toString('hex', 0, DIGEST_BYTES);
    return { sha256, bytes: inspection.withBytes ? Uint8Array.from(answer.subarray(DIGEST_BYTES)) : null };
  }

  /** As VirtualBench.detachIntoBootloader. */
  async detachIntoBootloader(path: string): Promise<void> {
    await this.#call({ do: 'detach', path });
  }

  /** As VirtualBench.report. */
  async report(path: string): Promise<BoardReport> {
    return (await this.#call({ do: 'report', path })) as BoardReport;
  }

  async #call(call: object): Promise<unknown> {
    return parseJson(await this.#line.ask(ASK.call, jsonBytes(call)));
  }
}

/** A port that was opened on a bench in another process. */
class RemotePort implements DfuPort {
  readonly device: DfuDevice;
  readonly #line: BenchLine;
  readonly #handle: number;
  #answeredAtMs: number | null = null;

  constructor(line: BenchLine, handle: number, device: DfuDevice) {
    this.#line = line;
    this.#handle = handle;
    this.device = device;
  }

  async controlOut(request: number, value: number, data: Uint8Array, timeoutMs: number): Promise<void> {
    await this.#transfer(ASK.controlOut, controlPayload({ ...this.#ask(request, value, timeoutMs), length: 0, data }));
  }

  async controlIn(request: number, value: number, length: number, timeoutMs: number): Promise<Uint8Array> {
    const payload = controlPayload({ ...this.#ask(request, value, timeoutMs), length, data: NO_DATA });
    return Uint8Array.from(await this.#transfer(ASK.controlIn, payload));
  }

  async selectAlternate(alternate: number): Promise<void> {
    await this.#transfer(ASK.call, jsonBytes({ do: 'select', handle: this.#handle, alternate }));
  }

  async close(): Promise<void> {
    // The bench closes what a dead client held, so a line that is down has closed the port already.
    await this.#line.ask(ASK.call, jsonBytes({ do: 'close', handle: this.#handle })).catch(() => {});
  }

  #ask(request: number, value: number, timeoutMs: number): Omit<ControlAsk, 'length' | 'data'> {
    const hostMs = this.#answeredAtMs === null ? null : performance.now() - this.#answeredAtMs;
    return { handle: this.#handle, request, value, timeoutMs, hostMs };
  }

  /** Transports throw nothing but TransferError out of a transfer: a bench that is gone is this computer's failure. */
  async #transfer(kind: number, payload: Buffer): Promise<Buffer> {
    try {
      const answer = await this.#line.ask(kind, payload);
      this.#answeredAtMs = this.#line.heardAtMs;
      return answer;
    } catch (error) {
      this.#answeredAtMs = this.#line.heardAtMs;
      if (error instanceof TransferError) throw error;
      throw new TransferError('host', error instanceof Error ? error.message : String(error), { cause: error });
    }
  }
}

function jsonBytes(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}
