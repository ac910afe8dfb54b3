import { type FirmwareImage, programmed } from '@flashline/firmware';
import type { PhaseLimits } from './limits.ts';

/** Firmwares remembered; a station makes a few. */
const FIRMWARES_MAX = 64;

/** Evidence that firmware shows itself: what each board that shows nothing takes one from. */
const NO_EVIDENCE = 0;
const UNKNOWN = 1;
/** Three in a row that show nothing make it unknown again: they may have been pulled, or one that did show something was a stray. */
const SHOWN = UNKNOWN + 3;

/**
 * Whether firmware shows itself on USB, learned from the boards before. One that does is waited for: boards that leave together come
 * up one after the other behind one hub. One that does not costs no board that time again.
 */
export class FirmwareBook {
  readonly #evidence = new Map<string, number>();

  /** How long a board with this image that has vanished is watched, in milliseconds. */
  waitMs(image: FirmwareImage, { reappearMs, firmwareMs, knownFirmwareMs }: PhaseLimits): number {
    const evidence = this.#evidenceOf(kindOf(image));
    if (evidence === NO_EVIDENCE) return reappearMs;
    return evidence === UNKNOWN ? firmwareMs : knownFirmwareMs;
  }

  /** Keeps what became of a board. One that showed nothing may have been pulled, and says little against those that did. */
  learn(image: FirmwareImage, isSeen: boolean): void {
    const kind = kindOf(image);
    const evidence = isSeen ? SHOWN : Math.max(NO_EVIDENCE, this.#evidenceOf(kind) - 1);
    this.#evidence.delete(kind);
    this.#evidence.set(kind, evidence);
    for (const oldest of [...this.#evidence.keys()].slice(0, -FIRMWARES_MAX)) this.#evidence.delete(oldest);
  }

  #evidenceOf(kind: string): number {
    return this.#evidence.get(kind) ?? UNKNOWN;
  }
}

/** By place and size: a serial number in it is each unit's own. */
function kindOf(image: FirmwareImage): string {
  return programmed(image)
    .map(({ address, data }) => `${address}+${data.length}`)
    .join();
}
