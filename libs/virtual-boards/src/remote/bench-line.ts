import type { Socket } from 'node:net';
import { Fault } from '@flashline/contracts';
import { type Frame, FrameCutter, frame, SAY, unpackError } from './bench-wire.ts';
import { FrameSender } from './frame-sender.ts';

interface Waiting {
  readonly resolve: (payload: Buffer) => void;
  readonly reject: (error: Error) => void;
}

/** Takes what is said on one serial line. */
export interface Ear {
  readonly hear: (bytes: Uint8Array) => void;
  readonly end: () => void;
}

/** The client's end of a connection to a bench: many questions under way, each with its answer. */
export class BenchLine {
  readonly #socket: Socket;
  readonly #sender: FrameSender;
  readonly #waiting = new Map<number, Waiting>();
  readonly #watchers = new Set<() => void>();
  readonly #ears = new Map<number, Ear>();
  /** When the last answers arrived, on the clock of `performance.now()`. */
  heardAtMs = 0;
  #lastId = 0;
  #isDown = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#sender = new FrameSender(socket);
    const cutter = new FrameCutter();
    socket.on('data', (chunk: Buffer) => {
      this.heardAtMs = performance.now();
      try {
        for (const said of cutter.push(chunk)) this.#hear(said);
      } catch {
        socket.destroy();
      }
    });
    // What matters about an error is the close that follows it.
    socket.on('error', () => {});
    socket.once('close', () => this.#hangUp());
  }

  /** Resolves with the payload of the answer: a view that is only good until the next turn. Rejects with the bench's error, or USB_HOST. */
  ask(kind: number, payload: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.#isDown) return reject(benchGone());
      this.#lastId = (this.#lastId + 1) >>> 0;
      this.#waiting.set(this.#lastId, { resolve, reject });
      this.#sender.send(frame(kind, this.#lastId, payload));
    });
  }

  watch(onHint: () => void): () => void {
    const watcher = () => onHint();
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Hears a serial line, until it ends. */
  listen(handle: number, ear: Ear): void {
    this.#ears.set(handle, ear);
  }

  unlisten(handle: number): void {
    this.#ears.delete(handle);
  }

  close(): Promise<void> {
    if (this.#isDown) return Promise.resolve();
    return new Promise((resolve) => {
      this.#socket.once('close', () => resolve());
      this.#socket.destroy();
    });
  }

  #hear({ kind, id, payload }: Frame): void {
    if (kind === SAY.hint) for (const watcher of [...this.#watchers]) watcher();
    else if (kind === SAY.heard) this.#ears.get(id)?.hear(Uint8Array.from(payload));
    else if (kind === SAY.ended) this.#endLine(id);
    else this.#answered(id, kind === SAY.failed, payload);
  }

  #answered(id: number, hasFailed: boolean, payload: Buffer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (hasFailed) waiting?.reject(unpackError(payload));
    else waiting?.resolve(payload);
  }

  #endLine(handle: number): void {
    const ear = this.#ears.get(handle);
    this.#ears.delete(handle);
    ear?.end();
  }

  #hangUp(): void {
    this.#isDown = true;
    for (const handle of [...this.#ears.keys()]) this.#endLine(handle);
    for (const { reject } of this.#waiting.values()) reject(benchGone());
    this.#waiting.clear();
    this.#watchers.clear();
  }
}

function benchGone(): Fault {
  return new Fault('USB_HOST', { reason: 'the virtual bench is gone' });
}
