import { type FirmwareImage, programmed } from '@flashline/firmware';
import type { PhaseLimits } from './limits.ts';

/** Firmwares remembered; a station makes a few. */
const FIRMWARES_MAX = 64;

/** Evidence that firmware shows itself: each time that boards show nothing takes one from it. */
const NO_EVIDENCE = 0;
const UNKNOWN = 1;
/** Three times in a row that show nothing make it unknown again: it was a stray that showed something, or they were pulled. */
const SHOWN = UNKNOWN + 3;

/** From when to when a board was watched, in monotonic milliseconds. */
interface Watch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What is known of a firmware. */
interface Known {
  readonly evidence: number;
  /** Until when the board was watched that showed nothing and counted last. */
  readonly countedToMs: number;
}

const NOTHING: Known = { evidence: UNKNOWN, countedToMs: Number.NEGATIVE_INFINITY };

/**
 * Whether firmware shows itself on USB, learned from the boards before. One that does is waited for: boards that leave together come
 * up one after the other behind one hub. One that does not costs no board that time again.
 */
export class FirmwareBook {
  readonly #known = new Map<string, Known>();

  /** How long a board with this image that has vanished is watched, in milliseconds. */
  waitMs(image: FirmwareImage, { reappearMs, firmwareMs, knownFirmwareMs }: PhaseLimits): number {
    const { evidence } = this.#knownOf(kindOf(image));
    if (evidence === NO_EVIDENCE) return reappearMs;
    return evidence === UNKNOWN ? firmwareMs : knownFirmwareMs;
  }

  /**
   * Keeps what became of a board. One that showed nothing may have been pulled, and says little against those that did; those that
   * showed nothing together may have been lifted in their panel, and say no more than one.
   */
  learn(image: FirmwareImage, isSeen: boolean, watch: Watch): void {
    const kind = kindOf(image);
    const known = learned(this.#knownOf(kind), isSeen, watch);
    this.#known.delete(kind);
    this.#known.set(kind, known);
    for (const oldest of [...this.#known.keys()].slice(0, -FIRMWARES_MAX)) this.#known.delete(oldest);
  }

  #knownOf(kind: string): Known {
    return this.#known.get(kind) ?? NOTHING;
  }
}

function learned({ evidence, countedToMs }: Known, isSeen: boolean, { fromMs, toMs }: Watch): Known {
  if (isSeen) return { evidence: SHOWN, countedToMs };
  if (fromMs < countedToMs) return { evidence, countedToMs };
  return { evidence: Math.max(NO_EVIDENCE, evidence - 1), countedToMs: toMs };
}

/** By place and size: a serial number in it is each unit's own. */
function kindOf(image: FirmwareImage): string {
  return programmed(image)
    .map(({ address, data }) => `${address}+${data.length}`)
    .join();
}
