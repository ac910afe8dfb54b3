import { Fault, hex32, type RangeInfo } from '@flashline/contracts';
import type { Contact } from '../contact.ts';
import type { Sector } from '../memory-map.ts';
import { erase, type OnBytes } from '../phases/program.ts';
import { Cost } from '../plan/cost.ts';
import { overlaps } from '../plan/flash-plan.ts';
import type { EraseWork } from '../plan/work.ts';

/** Erases every sector that a range touches and proves it. Throws RECIPE_REFUSED for a range that is not in the flash. */
export async function eraseRanges(
  contact: Contact,
  ranges: readonly RangeInfo[],
  onBytes: OnBytes,
): Promise<RangeInfo[]> {
  const own = erasableOf(contact);
  for (const range of ranges) {
    const inside = own
      .filter((sector) => overlaps(sector, range))
      .reduce((sum, sector) => sum + shared(sector, range), 0);
    if (inside === range.bytes) continue;
    throw new Fault('RECIPE_REFUSED', { address: hex32(range.address), bytes: range.bytes, reason: 'outside' });
  }
  const sectors = own.filter((sector) => ranges.some((range) => overlaps(range, sector)));
  return await eraseAndLook(contact, { kind: 'sectors', sectors, bytes: bytesOf(sectors) }, onBytes);
}

/** Erases the whole flash, by the command for that where it is known to be faster, and proves it. */
export async function eraseAll(contact: Contact, onBytes: OnBytes): Promise<RangeInfo[]> {
  const sectors = erasableOf(contact);
  const cost = new Cost(contact.part?.timing);
  const isMass = contact.part?.hasMassErase === true && cost.massEraseMs < cost.eraseMs(sectors);
  return await eraseAndLook(contact, { kind: isMass ? 'mass' : 'sectors', sectors, bytes: bytesOf(sectors) }, onBytes);
}

/** ROMs acknowledge erases of write-protected sectors (AN2662), so only a look tells. */
async function eraseAndLook(contact: Contact, work: EraseWork, onBytes: OnBytes): Promise<RangeInfo[]> {
  const { session, part } = contact;
  await erase(session, work, part, onBytes);
  let erasedByte = part?.erasedByte ?? null;
  for (const { address, bytes } of work.sectors) {
    for (let at = address; at < address + bytes; at += session.blockBytes) {
      const block = await session.read(at, Math.min(session.blockBytes, address + bytes - at));
      erasedByte ??= block[0] === 0x00 ? 0x00 : 0xff;
      const left = block.findIndex((byte) => byte !== erasedByte);
      if (left !== -1) throw new Fault('ERASE_REFUSED', { address: hex32(at + left), reason: 'not blank' });
    }
  }
  return work.sectors.map(({ address, bytes }) => ({ address, bytes }));
}

function shared(sector: Sector, range: RangeInfo): number {
  const end = Math.min(sector.address + sector.bytes, range.address + range.bytes);
  return end - Math.max(sector.address, range.address);
}

function erasableOf({ map }: Contact): Sector[] {
  return map.sectors.filter((sector) => sector.erasable && sector.memory === map.name);
}

function bytesOf(sectors: readonly Sector[]): number {
  return sectors.reduce((sum, { bytes }) => sum + bytes, 0);
}
