interface Reader {
  readonly length: number;
  readonly take: (bytes: Uint8Array) => void;
}

/** A firmware that says more than nobody reads has lost it, as with a full buffer on the chip. */
const BYTES_MAX = 64 * 1024;

/** What a device has to say at an IN endpoint, and the transfers that wait for it: an endpoint without data answers NAK. */
export class Outbox {
  #bytes: Uint8Array = new Uint8Array(0);
  readonly #readers = new Set<Reader>();

  /** Resolves with up to `length` bytes as soon as there are any. Rejects when the host gives up, with its reason. */
  read(length: number, givesUp: AbortSignal): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const reader = { length, take: resolve };
      givesUp.addEventListener('abort', () => {
        if (this.#readers.delete(reader)) reject(givesUp.reason as Error);
      });
      this.#readers.add(reader);
      this.#deliver();
    });
  }

  put(bytes: Uint8Array): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]).subarray(0, BYTES_MAX);
    this.#deliver();
  }

  #deliver(): void {
    for (const reader of this.#readers) {
      if (this.#bytes.length === 0) return;
      this.#readers.delete(reader);
      reader.take(this.#bytes.subarray(0, reader.length));
      this.#bytes = this.#bytes.subarray(reader.length);
    }
  }
}
