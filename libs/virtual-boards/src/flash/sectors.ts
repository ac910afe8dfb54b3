import type { MemoryKind, MemoryRegion } from '../chip/part.ts';

/** The smallest thing that can be erased, and what the silicon does with it. */
export interface Sector {
  readonly address: number;
  readonly bytes: number;
  readonly eraseMs: number;
  readonly kind: MemoryKind;
  /** Flash that an erase sets back and that can be programmed. */
  readonly erasable: boolean;
  readonly writable: boolean;
  /** The alternate settings through which the ROM reaches it. */
  readonly alternates: readonly number[];
  /** Where the region ends that the sector is part of. */
  readonly regionEnd: number;
}

/** A stretch of addresses. */
export interface Stretch {
  readonly address: number;
  readonly length: number;
}

const KNOWN = new WeakMap<readonly MemoryRegion[], readonly Sector[]>();

/** Every sector of a part in address order; worked out once, because tests make boards by the ten thousand. */
export function sectorsOf(regions: readonly MemoryRegion[]): readonly Sector[] {
  const known = KNOWN.get(regions);
  if (known) return known;
  const sectors = regions.flatMap(sectorsIn);
  KNOWN.set(regions, sectors);
  return sectors;
}

function sectorsIn({ kind, address, sectors, alternates }: MemoryRegion): Sector[] {
  const regionEnd = address + sectors.reduce((sum, run) => sum + run.count * run.bytes, 0);
  let next = address;
  return sectors.flatMap(({ count, bytes, eraseMs, isReadOnly = false }) =>
    Array.from({ length: count }, () => {
      const erasable = kind === 'flash' && !isReadOnly;
      const sector = { address: next, bytes, eraseMs, kind, erasable, writable: !isReadOnly, alternates, regionEnd };
      next += bytes;
      return sector;
    }),
  );
}

/** The sector that holds an address. */
export function sectorAt(sectors: readonly Sector[], address: number): Sector | undefined {
  let low = 0;
  let high = sectors.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const sector = sectors[middle];
    if (!sector) return undefined;
    if (address < sector.address) high = middle - 1;
    else if (address >= sector.address + sector.bytes) low = middle + 1;
    else return sector;
  }
  return undefined;
}

/** True when a sector lies at least partly on one of the stretches. */
export function isTouched(sector: Sector, stretches: readonly Stretch[]): boolean {
  return stretches.some(
    ({ address, length }) => address < sector.address + sector.bytes && sector.address < address + length,
  );
}

/** True when an address lies on one of the stretches. */
export function isCovered(address: number, stretches: readonly Stretch[]): boolean {
  return stretches.some((stretch) => address >= stretch.address && address < stretch.address + stretch.length);
}
