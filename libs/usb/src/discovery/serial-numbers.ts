import { type Clock, TransferError } from '@flashline/dfuse';
import { closeQuietly, type UsbBinding, type UsbDevice } from '../binding.ts';
import { ControlPipe } from '../transfer/control-pipe.ts';
import type { UsbHost } from './host.ts';
import type { Sighting } from './sightings.ts';

/** The USB serial numbers of what is plugged in, each asked for once. */
export class SerialNumbers {
  readonly #binding: UsbBinding;
  readonly #host: UsbHost;
  readonly #clock: Clock;
  readonly #asked = new Map<string, Promise<string | null>>();

  constructor(binding: UsbBinding, host: UsbHost, clock: Clock) {
    this.#binding = binding;
    this.#host = host;
    this.#clock = clock;
  }

  /** Null when there is none or it cannot be read. Never rejects. */
  of(sighting: Sighting): Promise<string | null> {
    if (sighting.device.deviceDescriptor.iSerialNumber === 0) return Promise.resolve(null);
    const known = this.#asked.get(sighting.key);
    if (known !== undefined) return known;
    const answer = this.#ask(sighting);
    this.#asked.set(sighting.key, answer);
    return answer;
  }

  /**
   * The answer if it was already asked for, without asking. Once this resolves nobody reads the device: the binding has
   * one handle per device, and a reader closes it.
   */
  known(key: string): Promise<string | null> {
    return this.#asked.get(key) ?? Promise.resolve(null);
  }

  /** Forgets what is no longer plugged in. */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const key of this.#asked.keys()) if (!keys.has(key)) this.#asked.delete(key);
  }

  async #ask(sighting: Sighting): Promise<string | null> {
    const { path, address, key } = sighting;
    const told = await this.#host.serial(path, address);
    if (told !== undefined) return told;
    const read = this.#host.address(path) === undefined ? await this.#read(sighting.device) : undefined;
    // What could not even be opened may be opened at the next look; a board that did not answer is left in peace.
    if (read === undefined) this.#asked.delete(key);
    return read ?? null;
  }

  async #read(device: UsbDevice): Promise<string | null | undefined> {
    try {
      device.open(false);
    } catch {
      return undefined;
    }
    const pipe = new ControlPipe(device, { binding: this.#binding, clock: this.#clock, isPresent: () => true });
    try {
      return await pipe.text(device.deviceDescriptor.iSerialNumber);
    } catch (thrown) {
      if (thrown instanceof TransferError) return null;
      throw thrown;
    } finally {
      closeQuietly(device);
    }
  }
}
