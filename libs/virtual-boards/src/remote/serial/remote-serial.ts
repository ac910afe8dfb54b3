import type { OpenLine, SerialLine, SerialPorts } from '@flashline/contracts';
import type { BenchLine } from '../bench-line.ts';
import { ASK, parseJson } from '../bench-wire.ts';
import { writePayload } from './served-lines.ts';

/** The serial ports of a bench in another process. */
export class RemoteSerial implements SerialPorts {
  readonly #bench: BenchLine;
  #lastHandle = 0;

  constructor(bench: BenchLine) {
    this.#bench = bench;
  }

  async open(path: string, { baudRate, hear, signal }: OpenLine): Promise<SerialLine> {
    signal?.throwIfAborted();
    const handle = ++this.#lastHandle;
    const over = new AbortController();
    this.#bench.listen(handle, { hear, end: () => over.abort() });
    const call = async (what: object) => parseJson(await this.#bench.ask(ASK.call, Buffer.from(JSON.stringify(what))));
    try {
      const { device } = (await call({ do: 'line-open', handle, path, baudRate })) as { readonly device: string };
      return new RemoteLine({ bench: this.#bench, handle, device, ended: over.signal, call });
    } catch (refusal) {
      this.#bench.unlisten(handle);
      throw refusal;
    }
  }
}

interface Opened {
  readonly bench: BenchLine;
  readonly handle: number;
  readonly device: string;
  readonly ended: AbortSignal;
  readonly call: (what: object) => Promise<unknown>;
}

/** A line that was opened on a bench in another process. A bench that is gone has taken it along. */
class RemoteLine implements SerialLine {
  readonly #opened: Opened;

  constructor(opened: Opened) {
    this.#opened = opened;
  }

  get device(): string {
    return this.#opened.device;
  }

  get ended(): AbortSignal {
    return this.#opened.ended;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const { bench, handle } = this.#opened;
    await bench.ask(ASK.lineWrite, writePayload(handle, bytes)).catch(() => {});
  }

  setBaud(baudRate: number): Promise<void> {
    return this.#tell({ do: 'line-baud', baudRate });
  }

  hangUp(): Promise<void> {
    return this.#tell({ do: 'line-hang-up' });
  }

  close(): Promise<void> {
    return this.#tell({ do: 'line-close' });
  }

  async #tell(what: object): Promise<void> {
    const { call, handle } = this.#opened;
    await call({ ...what, handle }).catch(() => {});
  }
}
