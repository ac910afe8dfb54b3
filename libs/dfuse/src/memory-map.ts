import { Fault } from '@flashline/contracts';

/** The smallest piece of memory that can be erased, and what the device allows there. */
export interface Sector {
  readonly address: number;
  readonly bytes: number;
  readonly readable: boolean;
  readonly erasable: boolean;
  readonly writable: boolean;
  /** The memory it belongs to: AT32 ROMs describe their flash and their option bytes in one string. */
  readonly memory: string;
}

/** What an alternate setting says about its memory. */
export interface MemoryMap {
  /** The memory named first: the one the alternate setting is for. */
  readonly name: string;
  /** In address order, not overlapping, at least one. */
  readonly sectors: readonly Sector[];
}

/** Longest layout string we read; the longest real one has 118 characters. */
const LAYOUT_CHARS_MAX = 1024;
/** Most sectors of one map; the most of a real part are 1536 (L0, pages of 128 bytes). */
const SECTORS_MAX = 16_384;
const ADDRESS_SPACE_BYTES = 2 ** 32;

const ADDRESS = /^0x[0-9a-f]{1,8}$/i;
const SEGMENT = /^(\d{1,5}) *\* *(\d{1,5}) *([BKM]?) *([a-g])$/;
const UNIT_BYTES: Readonly<Record<string, number>> = { '': 1, B: 1, K: 1024, M: 1024 * 1024 };

/**
 * Reads the layout string of a DfuSe alternate setting (UM0424 4.3.2: `@name/0xADDR/count*size[mult]type,.../0xADDR/...`), with
 * the liberties that real ROMs take: no multiplier, spaces, several regions, several memories. Throws MEMORY_MAP_UNREADABLE.
 */
export function parseMemoryMap(layout: string): MemoryMap {
  // The F427 ROM gives its string a wrong length: what follows the text is not printable.
  const text = layout.replace(/[^\x20-\x7e]/g, '').trim();
  if (layout.length > LAYOUT_CHARS_MAX) throw unreadable(layout, 'too long');
  if (!text.startsWith('@')) throw unreadable(layout, 'no @');
  const memories = text.slice(1).split(/, *@/);
  const sectors: Sector[] = [];
  for (const memory of memories) readMemory(memory, layout, sectors);
  sectors.sort((a, b) => a.address - b.address);
  if (sectors.some((sector, i) => i > 0 && endOf(sectors[i - 1]) > sector.address)) throw unreadable(layout, 'overlap');
  return { name: sectorName(text.slice(1).split('/')[0]), sectors };
}

function readMemory(text: string, layout: string, into: Sector[]): void {
  const [name, ...parts] = text.split('/');
  if (parts.length < 2 || parts.length % 2 !== 0) throw unreadable(layout, 'regions');
  for (let i = 0; i < parts.length; i += 2) {
    const address = parts[i]?.trim() ?? '';
    if (!ADDRESS.test(address)) throw unreadable(layout, 'address');
    readRegion({ memory: sectorName(name), address: Number(address), segments: parts[i + 1] ?? '' }, layout, into);
  }
}

interface Region {
  readonly memory: string;
  readonly address: number;
  readonly segments: string;
}

function readRegion({ memory, address: start, segments }: Region, layout: string, into: Sector[]): void {
  let address = start;
  for (const segment of segments.split(',')) {
    const [, count = '', size = '', unit = '', type = ''] = SEGMENT.exec(segment.trim()) ?? [];
    const sectorBytes = Number(size) * (UNIT_BYTES[unit] ?? 0);
    const endAddress = address + Number(count) * sectorBytes;
    // Also when nothing matched: then everything is zero.
    if (endAddress === address || endAddress > ADDRESS_SPACE_BYTES) throw unreadable(layout, 'segment');
    if (into.length + Number(count) > SECTORS_MAX) throw unreadable(layout, 'too many sectors');
    for (; address < endAddress; address += sectorBytes) {
      into.push({ address, bytes: sectorBytes, ...permissions(type), memory });
    }
  }
}

/** The type letter counts from 'a' = 1 and is a bit field: 1 read, 2 erase, 4 write. */
function permissions(type: string): Pick<Sector, 'readable' | 'erasable' | 'writable'> {
  const bits = type.charCodeAt(0) - 0x60;
  return { readable: (bits & 1) !== 0, erasable: (bits & 2) !== 0, writable: (bits & 4) !== 0 };
}

/** ROMs pad their names with one to three spaces. */
function sectorName(text = ''): string {
  return text.trim().replace(/ +/g, ' ');
}

function endOf(sector: Sector | undefined): number {
  return sector === undefined ? 0 : sector.address + sector.bytes;
}

function unreadable(layout: string, reason: string): Fault {
  return new Fault('MEMORY_MAP_UNREADABLE', { layout: layout.slice(0, LAYOUT_CHARS_MAX), reason });
}
