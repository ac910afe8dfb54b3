import { Fault, hex32, type Part } from '@flashline/contracts';
import type { Range } from '@flashline/firmware';
import type { Sector } from '../memory-map.ts';
import { cut } from '../plan/blocks.ts';
import type { EraseWork } from '../plan/work.ts';
import type { DfuSession } from '../protocol/session.ts';

/** Is told about every piece that was done, in bytes. */
export type OnBytes = (bytes: number) => void;

/** Erases a sector in at most so many pieces, where its map says that it is one. */
const PIECES_MAX = 64;

/** Erases what the work says; everything else keeps what it holds. */
export async function erase(session: DfuSession, work: EraseWork, part: Part | null, onBytes: OnBytes): Promise<void> {
  if (work.kind === 'mass') {
    await session.massErase();
    onBytes(work.bytes);
    return;
  }
  for (const sector of work.sectors) {
    const finish = await session.erase(sector.address, sector.bytes);
    if (finish === 'wedged' || part?.checksErase === true) await eraseRest(session, sector, part?.erasedByte ?? 0xff);
    onBytes(sector.bytes);
  }
}

/** Writes ranges, run after run. */
export async function write(session: DfuSession, ranges: readonly Range[], onBytes: OnBytes): Promise<void> {
  for (const { address, data } of cut(ranges, session.blockBytes)) {
    await session.write(address, data);
    onBytes(data.length);
  }
}

/** Reads a stretch of memory, block by block. */
export async function read(session: DfuSession, address: number, bytes: number, onBytes: OnBytes): Promise<Range> {
  const data = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += session.blockBytes) {
    const block = await session.read(address + at, Math.min(session.blockBytes, bytes - at));
    data.set(block, at);
    onBytes(block.length);
  }
  return { address, data };
}

/**
 * Looks whether a sector is blank, and erases again where it is not: the F76x ROM reports large sectors also when the chip has
 * two banks of smaller ones (STM32Cube_MCU_Overall_Offer#11), and a wedged erase has told nobody how it went.
 */
async function eraseRest(session: DfuSession, sector: Sector, erasedByte: number): Promise<void> {
  const end = sector.address + sector.bytes;
  let erasedAt = sector.address;
  let pieces = 0;
  for (let at = sector.address; at < end; ) {
    const block = await session.read(at, Math.min(session.blockBytes, end - at));
    const left = block.findIndex((byte) => byte !== erasedByte);
    if (left === -1) {
      at += block.length;
      continue;
    }
    at += left;
    if (at === erasedAt || pieces === PIECES_MAX) throw notErased(at);
    await session.erase(at, end - at);
    erasedAt = at;
    pieces += 1;
  }
}

function notErased(address: number): Fault {
  return new Fault('ERASE_REFUSED', { address: hex32(address), reason: 'acknowledged, and not erased' });
}
