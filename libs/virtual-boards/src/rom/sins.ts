/** A rule of the ROM that a host broke. Real silicon keeps quiet about most of them. */
export type SinName =
  /** DNLOAD while something is stored, running or failed: usually a GETSTATUS is missing. */
  | 'download-in-wrong-state'
  /** UPLOAD after a download without the ABORT that leads back to dfuIDLE. */
  | 'upload-in-wrong-state'
  /** CLRSTATUS although there was no error: it makes one. */
  | 'clear-outside-error'
  /** Block 1 means nothing in DfuSe: data begin at block 2. */
  | 'reserved-block'
  /** A request during an operation, on a part that cannot answer then. */
  | 'asked-too-early'
  /** Programming what was not erased. */
  | 'wrote-over'
  /** Programming a sector whose last erase was cut off, because it reads as blank. */
  | 'trusted-weak-erase'
  | 'outside-map'
  /** An address that another alternate setting leads to. */
  | 'wrong-alternate'
  /** Erasing or programming what the layout string says cannot be. */
  | 'not-erasable'
  | 'longer-than-transfer-size'
  | 'unknown-command'
  | 'unknown-request'
  /** A second request while the first was still under way. */
  | 'two-at-once';

/** One rule broken: at which control transfer since the board got power, and the facts of it. */
export interface Sin {
  readonly sin: SinName;
  readonly transfer: number;
  readonly details: Readonly<Record<string, string | number>>;
}

const SINS_MAX = 1000;

/** The rules that hosts broke on one board; the first thousand are kept. */
export class Sins {
  /** Number of the control transfer that is being served. */
  transfer = 0;
  readonly #all: Sin[] = [];

  add(sin: SinName, details: Sin['details'] = {}): void {
    if (this.#all.length < SINS_MAX) this.#all.push({ sin, transfer: this.transfer, details });
  }

  all(): readonly Sin[] {
    return [...this.#all];
  }
}
