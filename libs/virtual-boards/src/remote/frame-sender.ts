import type { Socket } from 'node:net';

/** Writes frames to a socket, all of one turn of the event loop at once: a system call per frame would cost more than the frame. */
export class FrameSender {
  readonly #socket: Socket;
  #waiting: Buffer[] = [];

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  send(bytes: Buffer): void {
    this.#waiting.push(bytes);
    if (this.#waiting.length === 1) setImmediate(() => this.#flush());
  }

  #flush(): void {
    const frames = this.#waiting;
    this.#waiting = [];
    const [only] = frames;
    if (this.#socket.destroyed || !only) return;
    this.#socket.write(frames.length === 1 ? only : Buffer.concat(frames));
  }
}
