import type { FirmwareImage } from '@flashline/firmware';
import type { PartSpec } from '@flashline/virtual-boards';
import { firmwareBytes, imageOf } from '../../engine/rig.ts';

const KIB = 1024;
const USUAL_BYTES = 256 * KIB;
/** All of an L072: what is promised of it is promised of 192 KB. */
const BYTES_OF: Readonly<Record<string, number>> = { L072: 192 * KIB };

/** Where an image goes and how long it is. */
export interface Stretch {
  readonly address: number;
  readonly bytes: number;
}

/** A sector of flash as the silicon has it. */
export interface FlashSector extends Stretch {
  readonly eraseMs: number;
}

/** The flash of a part that can be erased, sector by sector in address order. */
export function flashOf({ regions }: PartSpec): FlashSector[] {
  return regions
    .filter(({ kind }) => kind === 'flash')
    .flatMap(({ address, sectors }) => {
      let next = address;
      return sectors.flatMap(({ count, bytes, eraseMs, isReadOnly = false }) => {
        const first = next;
        next += count * bytes;
        const run = Array.from({ length: count }, (_, n) => ({ address: first + n * bytes, bytes, eraseMs }));
        return isReadOnly ? [] : run;
      });
    });
}

/** What is flashed into a part: 256 KB at the start of its flash, or three quarters of it where it is smaller. */
export function stretchFor(part: PartSpec, bytes?: number): Stretch {
  const flash = flashOf(part);
  const [first] = flash;
  if (first === undefined) throw new Error(`${part.name} has no flash`);
  const size = flash.reduce((sum, sector) => sum + sector.bytes, 0);
  const usual = BYTES_OF[part.name] ?? (size < USUAL_BYTES ? (size * 3) / 4 : USUAL_BYTES);
  // The second bank of the H743 Rev V is where its ROM gets stuck, and where it shows what that costs.
  return { address: part.wedgesFrom ?? first.address, bytes: bytes ?? usual };
}

/** An image that fills a stretch, without a blank block in it. */
export function imageFor({ address, bytes }: Stretch): FirmwareImage {
  return imageOf([{ address, data: firmwareBytes(bytes, 0, address) }]);
}
