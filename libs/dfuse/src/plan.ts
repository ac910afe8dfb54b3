import { type Digest, Fault, type FaultDetails, hex32 } from '@flashline/contracts';
import { digestOf, type FirmwareImage, programmed, type Range } from '@flashline/firmware';
import type { MemoryMap, Sector } from './memory-map.ts';

/** The alternate setting that is programmed: on every DfuSe ROM the internal flash. */
export const PROGRAMMED_ALTERNATE = 0;

/** Everything that will be done to a board, decided before it is touched. */
export interface FlashPlan {
  /** Sectors to erase, in address order: those under the image, each once. */
  readonly sectors: readonly Sector[];
  /** What to write and read back, in address order. */
  readonly ranges: readonly Range[];
  /** Bytes to write. */
  readonly bytes: number;
  /** Bytes in the sectors to erase. */
  readonly eraseBytes: number;
  /** What a full read-back must give. */
  readonly digest: Digest;
  /** Where the board starts when it leaves the bootloader. */
  readonly startAddress: number;
}

/**
 * Plans an image onto a memory. Throws IMAGE_DOES_NOT_FIT with the first address that is outside, or in a sector that cannot be
 * written and read back; and for images with bytes for another alternate setting, such as option bytes.
 */
export function planFlash(image: FirmwareImage, map: MemoryMap): FlashPlan {
  const other = image.targets.find(({ alternate }) => alternate !== PROGRAMMED_ALTERNATE);
  if (other !== undefined) throw misfit({ alternate: other.alternate, reason: 'another alternate setting' });
  const ranges = programmed(image, PROGRAMMED_ALTERNATE);
  const [first] = ranges;
  const digest = digestOf(ranges);
  if (first === undefined || digest.bytes === 0) throw new Fault('IMAGE_EMPTY');
  const sectors = sectorsUnder(ranges, map).filter(({ erasable }) => erasable);
  const eraseBytes = sectors.reduce((sum, { bytes }) => sum + bytes, 0);
  return { sectors, ranges, bytes: digest.bytes, eraseBytes, digest, startAddress: first.address };
}

/** Both lists are in address order, so one pass over the sectors finds every sector under every range. */
function sectorsUnder(ranges: readonly Range[], map: MemoryMap): Sector[] {
  const touched: Sector[] = [];
  const own = map.sectors.filter(({ memory }) => memory === map.name);
  let at = 0;
  for (const { address, data } of ranges) {
    let next = address;
    while (next < address + data.length) {
      const sector = own[at];
      if (sector === undefined || sector.address > next) throw misfit({ address: hex32(next), reason: 'outside' });
      if (sector.address + sector.bytes <= next) {
        at += 1;
        continue;
      }
      if (touched.at(-1) !== sector) touched.push(provable(sector, next));
      next = sector.address + sector.bytes;
    }
  }
  return touched;
}

function provable(sector: Sector, address: number): Sector {
  if (!sector.writable) throw misfit({ address: hex32(address), reason: 'not writable' });
  if (!sector.readable) throw misfit({ address: hex32(address), reason: 'not readable' });
  return sector;
}

function misfit(details: FaultDetails): Fault {
  return new Fault('IMAGE_DOES_NOT_FIT', details);
}
