import { type FirmwareImage, programmed } from '@flashline/firmware';
import type { PhaseLimits } from './limits.ts';

/** Firmwares remembered; a station makes a few. */
const FIRMWARES_MAX = 64;

/**
 * Whether firmware shows itself on USB, learned from the boards before. One that does is waited for: boards that leave together come
 * up one after the other behind one hub. One that does not costs no board that time again.
 */
export class FirmwareBook {
  readonly #shows = new Map<string, boolean>();

  /** How long a board with this image that has vanished is watched, in milliseconds. */
  waitMs(image: FirmwareImage, { reappearMs, firmwareMs, knownFirmwareMs }: PhaseLimits): number {
    const shows = this.#shows.get(kindOf(image));
    if (shows === undefined) return firmwareMs;
    return shows ? knownFirmwareMs : reappearMs;
  }

  /** Keeps what became of a board. One that showed nothing may have been pulled: that other boards did is not forgotten. */
  learn(image: FirmwareImage, isSeen: boolean): void {
    const kind = kindOf(image);
    const shows = isSeen || this.#shows.get(kind) === true;
    this.#shows.delete(kind);
    this.#shows.set(kind, shows);
    for (const oldest of [...this.#shows.keys()].slice(0, -FIRMWARES_MAX)) this.#shows.delete(oldest);
  }
}

/** By place and size: a serial number in it is each unit's own. */
function kindOf(image: FirmwareImage): string {
  return programmed(image)
    .map(({ address, data }) => `${address}+${data.length}`)
    .join();
}
