import type { PartSpec } from '../chip/part.ts';
import { seededRandom } from '../random.ts';

/** The chip that a firmware runs on. */
export interface ChipFacts {
  readonly part: PartSpec;
  readonly seed: number;
  /** The USB serial of its bootloader. */
  readonly dfuSerial: string;
}

const UID_BYTES = 12;

/**
 * The 96-bit id of a chip as its firmware tells it. The ROM makes its serial of six half-words of it, `u1 + u5`,
 * `u0 + u4 + 10` and `u3` (panda, st_serial_to_dfu_serial; sources.md 5.8), so a board can be known again in its bootloader.
 */
export function chipUid({ seed, dfuSerial }: ChipFacts): Uint8Array {
  const random = seededRandom(seed);
  const uid = Uint8Array.from({ length: UID_BYTES }, () => Math.floor(random() * 0x100));
  if (!/^[0-9A-F]{12}$/.test(dfuSerial)) return uid;
  const view = new DataView(uid.buffer);
  const half = (n: number) => view.getUint16(2 * n, true);
  const said = (n: number) => Number.parseInt(dfuSerial.slice(4 * n, 4 * n + 4), 16);
  view.setUint16(2, said(0) - half(5), true);
  view.setUint16(0, said(1) - 10 - half(4), true);
  view.setUint16(6, said(2), true);
  return uid;
}
