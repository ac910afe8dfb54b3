import type { Range } from '../image.ts';

/** A segment whose bytes stand in the file one after the other. */
export interface ElfSegment extends Range {
  /** 1 is PT_LOAD. */
  readonly type?: number;
  readonly virtualAddress?: number;
  /** Of the whole segment in memory. */
  readonly memoryBytes?: number;
}

/** A section by what it holds: bytes of a segment, from `at`. */
interface ElfSection {
  readonly segment: number;
  readonly at: number;
  readonly bytes: number;
  /** 1 is SHT_PROGBITS, 8 SHT_NOBITS. */
  readonly type?: number;
  /** 2 is SHF_ALLOC. */
  readonly flags?: number;
}

/** How the file is made. */
export interface ElfStyle {
  /** None: the file has no table of sections. */
  readonly sections?: readonly ElfSection[];
  /** The first segment begins with the file: its address is that of the header, its bytes come after it. */
  readonly holdsHeader?: boolean;
}

const HEADER_BYTES = 52;
const PROGRAM_BYTES = 32;
const SECTION_BYTES = 40;

/** Writes a 32-bit little-endian executable for Arm. */
export function writeElf(
  segments: readonly ElfSegment[],
  { sections = [], holdsHeader = false }: ElfStyle = {},
): Uint8Array {
  const dataAt = HEADER_BYTES + PROGRAM_BYTES * segments.length;
  let end = dataAt;
  const placed = segments.map((segment, index) => {
    const offset = holdsHeader && index === 0 ? 0 : end;
    end += segment.data.length;
    return { ...segment, offset, bytes: end - offset };
  });
  const programs = placed.map(({ type = 1, offset, address, virtualAddress = address, bytes, memoryBytes = bytes }) =>
    words([type, offset, virtualAddress, address, bytes, memoryBytes, 7, 4]),
  );
  const headers = sections.map(({ segment, at, bytes, type = 1, flags = 2 }) => {
    const offset = (placed[segment]?.offset ?? 0) + at;
    return words([0, type, flags, 0, offset, bytes, 0, 0, 4, 0]);
  });
  const header = Buffer.concat([
    Buffer.from([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    halves([2, 40]),
    words([1, placed[0]?.address ?? 0, HEADER_BYTES, headers.length > 0 ? end : 0, 0x0500_0200]),
    halves([HEADER_BYTES, PROGRAM_BYTES, programs.length, SECTION_BYTES, headers.length, 0]),
  ]);
  return Buffer.concat([header, ...programs, ...segments.map(({ data }) => data), ...headers]);
}

function words(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [at, value] of values.entries()) bytes.writeUInt32LE(value, 4 * at);
  return bytes;
}

function halves(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [at, value] of values.entries()) bytes.writeUInt16LE(value, 2 * at);
  return bytes;
}
