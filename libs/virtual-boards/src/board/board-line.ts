import type { SerialLine } from '@flashline/contracts';
import type { Application } from '../application/application.ts';

/** A full-speed bulk endpoint. */
const PACKET_BYTES = 64;

/** The opened serial port of a virtual board, good until the board leaves the bus. */
export class BoardLine implements SerialLine {
  readonly device: string;
  readonly #application: Application;
  readonly #onClose: () => void;
  readonly #over = new AbortController();

  constructor(device: string, application: Application, onClose: () => void) {
    this.device = device;
    this.#application = application;
    this.#onClose = onClose;
  }

  get ended(): AbortSignal {
    return this.#over.signal;
  }

  /** As Linux opens a port: DTR goes up, and the speed is set after that. */
  begin(baudRate: number): void {
    this.#application.setReady(true);
    this.#application.setBaud(baudRate);
  }

  /** The board has left the bus. */
  end(): void {
    this.#over.abort();
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length && !this.ended.aborted; at += PACKET_BYTES)
      this.#application.hear(bytes.subarray(at, at + PACKET_BYTES));
  }

  async setBaud(baudRate: number): Promise<void> {
    if (!this.ended.aborted) this.#application.setBaud(baudRate);
  }

  async hangUp(): Promise<void> {
    if (!this.ended.aborted) this.#application.setReady(false);
  }

  async close(): Promise<void> {
    if (this.ended.aborted) return;
    this.#application.setReady(false);
    this.#over.abort();
    this.#onClose();
  }
}
