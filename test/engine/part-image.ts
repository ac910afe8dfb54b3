import { type Part, ST_BOOTLOADER } from '@flashline/contracts';
import { findPart, type MemoryMap, parseMemoryMap } from '@flashline/dfuse';
import type { FirmwareImage } from '@flashline/firmware';
import type { PartSpec } from '@flashline/virtual-boards';
import { firmwareBytes, imageOf, KNOWN_PARTS } from './rig.ts';

const KIB = 1024;

/** What the product knows about a virtual part. */
export function knownPart({ vendorId, productId, bcdDevice, alternates }: PartSpec): Part | null {
  const names = alternates.map(({ name }) => name);
  return findPart(KNOWN_PARTS, { vendorId, productId, bcdDevice, layout: names[0] ?? null, alternates: names });
}

/** The map that counts for a part: its own, or what is known better. */
export function mapFor(part: PartSpec): MemoryMap {
  return parseMemoryMap(knownPart(part)?.layout ?? part.alternates[0]?.name ?? '');
}

/** What an order for this part expects. */
export function boardOf({ vendorId, productId }: PartSpec): typeof ST_BOOTLOADER {
  return { ...ST_BOOTLOADER, vendorId, productId };
}

/** Two ranges in different sectors, of three blocks of 2 KiB and of two, one of the five blank. */
export function smallImageFor(part: PartSpec): FirmwareImage {
  const first = mapFor(part).sectors.find(({ writable, erasable }) => writable && erasable);
  if (first === undefined) throw new Error(`${part.name} has no flash`);
  const start = firmwareBytes(5 * KIB, 0, first.address);
  start.fill(part.erasedByte, 2 * KIB, 4 * KIB);
  // The second bank of the H743 Rev V is where its ROM gets stuck.
  const second = part.name === 'H743-rev-v' ? 0x0810_0000 : first.address + 32 * KIB;
  return imageOf([
    { address: first.address, data: start },
    { address: second, data: firmwareBytes(3 * KIB, 99, first.address) },
  ]);
}
