import { Fault, layoutText } from '@flashline/contracts';

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

/** Equal sectors one behind the other, the first of them at `address`. */
interface SectorRun extends Sector {
  readonly count: number;
}

/** What an alternate setting says about its memory. */
export interface MemoryMap {
  /** The memory named first: the one the alternate setting is for. */
  readonly name: string;
  /** In address order, not overlapping, at least one. */
  readonly sectors: readonly Sector[];
  /** The same, told in as few lines as it can be: what people look at. */
  readonly runs: readonly SectorRun[];
}

/** Longest layout string we read; the longest real one has 118 characters. */
const LAYOUT_CHARS_MAX = 1024;
/** Most sectors of one map; the most of a real part are 4096 (the QSPI flash of a Portenta). */
const SECTORS_MAX = 16_384;
/** Largest sector; the largest real one is 1 MB. What is kept of a sector is held in memory while it is erased. */
const SECTOR_BYTES_MAX = 16 * 1024 * 1024;
const ADDRESS_SPACE_BYTES = 2 ** 32;

const ADDRESS = /^0x[0-9a-f]{1,8}$/i;
const SEGMENT = /^(\d{1,5}) *\* *(\d{1,5}) *([BKM]?) *([a-g])$/;
const UNIT_BYTES: Readonly<Record<string, number>> = { '': 1, B: 1, K: 1024, M: 1024 * 1024 };

/**
 * Reads the layout string of a DfuSe alternate setting (UM0424 4.3.2: `@name/0xADDR/count*size[mult]type,.../0xADDR/...`), with
 * the liberties that real ROMs take: no multiplier, spaces, several regions, several memories. Throws MEMORY_MAP_UNREADABLE.
 */
export function parseMemoryMap(layout: string): MemoryMap {
  if (layout.length > LAYOUT_CHARS_MAX) throw unreadable(layout, 'too long');
  const text = layoutText(layout);
  if (!text.startsWith('@')) throw unreadable(layout, 'no @');
  const memories = text.slice(1).split(/, *@/);
  const told = memories.flatMap((memory) => readMemory(memory, layout));
  const runs = told.toSorted((a, b) => a.address - b.address);
  if (runs.some((run, i) => run.address < endOf(runs[i - 1]))) throw unreadable(layout, 'overlap');
  if (runs.reduce((sum, { count }) => sum + count, 0) > SECTORS_MAX) throw unreadable(layout, 'too many sectors');
  return { name: told[0]?.memory ?? '', sectors: runs.flatMap(sectorsOf), runs: joined(runs) };
}

function readMemory(text: string, layout: string): SectorRun[] {
  const [name = '', ...parts] = text.split('/');
  if (parts.length === 0) throw unreadable(layout, 'no regions');
  return parts.flatMap((part, i) => {
    if (i % 2 !== 0) return [];
    const address = part.trim();
    if (!ADDRESS.test(address)) throw unreadable(layout, 'address');
    return readRegion({ memory: name.trim(), address: Number(address), segments: parts[i + 1] ?? '' }, layout);
  });
}

interface Region {
  readonly memory: string;
  readonly address: number;
  readonly segments: string;
}

function readRegion({ memory, address, segments }: Region, layout: string): SectorRun[] {
  let next = address;
  return segments.split(',').map((segment) => {
    const [, count = '', size = '', unit = '', type = ''] = SEGMENT.exec(segment.trim()) ?? [];
    const bytes = Number(size) * (UNIT_BYTES[unit] ?? 0);
    const run = { address: next, count: Number(count), bytes, ...permissions(memory, type), memory };
    next = endOf(run);
    // Also when nothing matched: then everything is zero.
    if (next === run.address || next > ADDRESS_SPACE_BYTES) throw unreadable(layout, 'segment');
    if (bytes > SECTOR_BYTES_MAX) throw unreadable(layout, 'sector too large');
    return run;
  });
}

/** The type letter counts from 'a' = 1 and is a bit field: 1 read, 2 erase, 4 write. */
function permissions(memory: string, type: string): Pick<Sector, 'readable' | 'erasable' | 'writable'> {
  // Whatever its letter, a word of settings is never erased (F4; dfu-util reads it so too).
  const bits = memory === 'Device Feature' ? 0b101 : type.charCodeAt(0) - 0x60;
  return { readable: (bits & 1) !== 0, erasable: (bits & 2) !== 0, writable: (bits & 4) !== 0 };
}

function sectorsOf({ count, ...first }: SectorRun): Sector[] {
  return Array.from({ length: count }, (_, i) => ({ ...first, address: first.address + i * first.bytes }));
}

/** A ROM may tell equal sectors in several segments: `64*064Kg,64*064Kg`. */
function joined(runs: readonly SectorRun[]): SectorRun[] {
  const joint: SectorRun[] = [];
  for (const run of runs) {
    const last = joint.at(-1);
    if (last !== undefined && endOf(last) === run.address && isAlike(last, run))
      joint[joint.length - 1] = { ...last, count: last.count + run.count };
    else joint.push(run);
  }
  return joint;
}

function isAlike(a: Sector, b: Sector): boolean {
  if (a.bytes !== b.bytes || a.memory !== b.memory) return false;
  return a.readable === b.readable && a.erasable === b.erasable && a.writable === b.writable;
}

function endOf(run: SectorRun | undefined): number {
  return run === undefined ? 0 : run.address + run.count * run.bytes;
}

function unreadable(layout: string, reason: string): Fault {
  return new Fault('MEMORY_MAP_UNREADABLE', { layout: layout.slice(0, LAYOUT_CHARS_MAX), reason });
}
