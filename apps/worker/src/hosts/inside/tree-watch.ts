import type { UsbTree } from '@flashline/contracts';
import type { BusDevice, Clock } from '@flashline/dfuse';

/** A hub full of boards comes one by one, and a line is never quiet: read once for all that came and went in this time. */
const SETTLE_MS = 1_000;
/** On a line where boards come and go all the time, reading it at every change would keep a processor busy. */
const READ_EVERY_MS = 10_000;

/** Reads the USB tree when something has come or gone, and not before: it is a thousand files, and slow while a device is broken. */
export class TreeWatch {
  readonly #read: () => Promise<UsbTree | null>;
  readonly #clock: Clock;
  #change = Promise.withResolvers<void>();
  #present: string | null = null;

  constructor(read: () => Promise<UsbTree | null>, clock: Clock) {
    this.#read = read;
    this.#clock = clock;
  }

  /** Something came or went. A hub without devices is on no list, so nothing but a hint tells of it. */
  hint(): void {
    this.#change.resolve();
  }

  /** Takes a whole list of the bus, and finds in it what a lost hint hid. */
  scanned(devices: readonly BusDevice[]): void {
    const present = devices
      .map(({ path, address }) => `${path}@${address}`)
      .sort()
      .join();
    if (present !== this.#present) this.hint();
    this.#present = present;
  }

  /** Tells of the tree after the first scan, and from then on when it is another one, for as long as the process lives. */
  async follow(onTree: (tree: UsbTree | null) => void): Promise<never> {
    let notBeforeMs = Number.NEGATIVE_INFINITY;
    for (let told = ''; ; ) {
      await this.#change.promise;
      await this.#clock.sleep(Math.max(SETTLE_MS, notBeforeMs - this.#clock.now()));
      this.#change = Promise.withResolvers();
      notBeforeMs = this.#clock.now() + READ_EVERY_MS;
      const tree = await this.#read();
      const text = JSON.stringify(tree);
      if (text !== told) onTree(tree);
      told = text;
    }
  }
}
