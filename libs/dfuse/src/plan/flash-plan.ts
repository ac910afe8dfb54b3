import {
  type Digest,
  Fault,
  type FaultDetails,
  hex32,
  type Part,
  PLAIN_RECIPE,
  type RangeInfo,
  type Recipe,
} from '@flashline/contracts';
import { digestOf, type FirmwareImage, programmed, type Range, rangeInfo } from '@flashline/firmware';
import type { MemoryMap, Sector } from '../memory-map.ts';
import { inWords } from './words.ts';

/** The alternate setting that is programmed: on every DfuSe ROM the internal flash. */
export const PROGRAMMED_ALTERNATE = 0;

/** How a board is to be programmed. Patches are part of the image by the time it gets here. */
export type BoardRecipe = Omit<Recipe, 'patches'>;

/** What an image means for a memory, decided before the board is touched. What is in its flash already is the survey's to find. */
export interface FlashPlan {
  /** Sectors that may have to be erased, in address order: those under the image, each once. */
  readonly sectors: readonly Sector[];
  /** Every sector of the memory that can be erased, in address order. */
  readonly erasable: readonly Sector[];
  /** What the board must hold in the end, in address order. */
  readonly ranges: readonly Range[];
  /** The same in whole flash words: what is looked at and written. */
  readonly words: readonly Range[];
  /** Bytes of `ranges`. */
  readonly bytes: number;
  /** Bytes in `sectors`. */
  readonly eraseBytes: number;
  /** What a full read-back must give. */
  readonly digest: Digest;
  /** Ranges that keep what they hold, also when the sector around them is erased. */
  readonly preserve: readonly RangeInfo[];
  /** Where the board starts when it leaves the bootloader. */
  readonly startAddress: number;
}

/**
 * Plans an image onto a memory. Throws IMAGE_DOES_NOT_FIT with the first address that is outside, or in a sector that cannot be
 * written and read back, and for images with bytes for another alternate setting; RECIPE_REFUSED for ranges that cannot be kept.
 */
export function planFlash(
  image: FirmwareImage,
  map: MemoryMap,
  recipe: BoardRecipe = PLAIN_RECIPE,
  part: Part | null = null,
): FlashPlan {
  const other = image.targets.find(({ alternate }) => alternate !== PROGRAMMED_ALTERNATE);
  if (other !== undefined) throw misfit({ alternate: other.alternate, reason: 'another alternate setting' });
  const ranges = programmed(image, PROGRAMMED_ALTERNATE);
  const [first] = ranges;
  const digest = digestOf(ranges);
  if (first === undefined || digest.bytes === 0) throw new Fault('IMAGE_EMPTY');
  const own = map.sectors.filter(({ memory }) => memory === map.name);
  const sectors = sectorsUnder(rangeInfo(ranges), own).filter(({ erasable }) => erasable);
  const preserve = preservable(recipe.preserve, ranges, own);
  const eraseBytes = sectors.reduce((sum, { bytes }) => sum + bytes, 0);
  const erasable = own.filter((sector) => sector.erasable);
  const words = inWords(ranges, part);
  return {
    sectors,
    erasable,
    ranges,
    words,
    bytes: digest.bytes,
    eraseBytes,
    digest,
    preserve,
    startAddress: first.address,
  };
}

/** Both lists are in address order, so one pass over the sectors finds every sector under every range. */
function sectorsUnder(ranges: readonly RangeInfo[], own: readonly Sector[]): Sector[] {
  const touched: Sector[] = [];
  let at = 0;
  for (const { address, bytes } of ranges) {
    let next = address;
    while (next < address + bytes) {
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

/** Ranges to keep in address order, if each has a place and no other claim to it. */
function preservable(wanted: readonly RangeInfo[], image: readonly Range[], own: readonly Sector[]): RangeInfo[] {
  const sorted = wanted.toSorted((a, b) => a.address - b.address);
  for (const [n, range] of sorted.entries()) {
    const address = hex32(range.address);
    const claims = [...sorted.slice(0, n), ...rangeInfo(image)];
    if (claims.some((claim) => overlaps(claim, range))) throw refused({ preserve: address, reason: 'overlap' });
    try {
      sectorsUnder([range], own);
    } catch (cause) {
      throw new Fault('RECIPE_REFUSED', { preserve: address, reason: 'outside' }, { cause });
    }
  }
  return sorted;
}

/** Whether two stretches of memory share a byte. */
export function overlaps(a: RangeInfo, b: RangeInfo): boolean {
  return a.address < b.address + b.bytes && b.address < a.address + a.bytes;
}

function misfit(details: FaultDetails): Fault {
  return new Fault('IMAGE_DOES_NOT_FIT', details);
}

function refused(details: FaultDetails): Fault {
  return new Fault('RECIPE_REFUSED', details);
}
