import { Fault } from '@flashline/contracts';
import { malformed, tooLarge } from '../image-fault.ts';

// Layout and names: Tool Interface Standard, "Executable and Linking Format", version 1.2, book I.

/** Bytes of the ELF header, at the start of the file. */
export const ELF_HEADER_BYTES = 52;
const ELFCLASS32 = 1;
const ELFDATA2LSB = 1;
const ET_EXEC = 2;
const PT_LOAD = 1;
const SHT_NOBITS = 8;
const SHF_ALLOC = 2;
/** Offsets in the ELF header. */
const EI = { class: 4, data: 5 } as const;
const E = { type: 16, phoff: 28, shoff: 32, phentsize: 42, phnum: 44, shentsize: 46, shnum: 48 } as const;
/** Offsets in a program header. */
const P = { type: 0, offset: 4, paddr: 12, filesz: 16, memsz: 20 } as const;
/** Offsets in a section header. */
const SH = { type: 4, flags: 8, offset: 16, size: 20 } as const;

/** The tables of the file: where each says it is, and what firmware has at most. */
const PROGRAM = {
  table: 'program',
  off: E.phoff,
  entsize: E.phentsize,
  num: E.phnum,
  entryBytes: 32,
  max: 256,
} as const;
const SECTION = {
  table: 'section',
  off: E.shoff,
  entsize: E.shentsize,
  num: E.shnum,
  entryBytes: 40,
  max: 4096,
} as const;

/** Bytes of the file. */
export interface Span {
  readonly offset: number;
  readonly bytes: number;
}

/** A segment that holds bytes and is loaded (PT_LOAD): to its physical address, where it lies before anything runs. */
export interface Segment extends Span {
  readonly address: number;
}

/** What an ELF file holds, all of it within the file. */
export interface ElfTables {
  readonly segments: readonly Segment[];
  /** The sections that are in the memory of the board (SHF_ALLOC) and hold bytes. */
  readonly sections: readonly Span[];
}

/** Reads the tables of a 32-bit little-endian file. Throws IMAGE_TRUNCATED, IMAGE_MALFORMED or IMAGE_TOO_LARGE. */
export function readElfTables(file: Uint8Array): ElfTables {
  checkHeader(file);
  const segments = entriesOf(file, PROGRAM).filter(isLoaded);
  const sections = entriesOf(file, SECTION).filter(isProgrammed);
  return {
    segments: segments.map((header, segment) => segmentAt(file, header, segment)),
    sections: sections.map((header) =>
      spanAt(file, header.getUint32(SH.offset, true), header.getUint32(SH.size, true)),
    ),
  };
}

function checkHeader(file: Uint8Array): void {
  const bytes = file.length;
  if (bytes < ELF_HEADER_BYTES) throw new Fault('IMAGE_TRUNCATED', { bytes, declared: ELF_HEADER_BYTES });
  const header = viewOf(file);
  const bits = header.getUint8(EI.class);
  const byteOrder = header.getUint8(EI.data);
  const type = header.getUint16(E.type, true);
  if (bits !== ELFCLASS32) throw malformed('not a 32-bit ELF file', { class: bits });
  if (byteOrder !== ELFDATA2LSB) throw malformed('not a little-endian ELF file', { byteOrder });
  if (type !== ET_EXEC) throw malformed('not an executable: link it first', { type });
}

function entriesOf(file: Uint8Array, layout: typeof PROGRAM | typeof SECTION): DataView[] {
  const header = viewOf(file);
  const { table, entryBytes, max } = layout;
  const offset = header.getUint32(layout.off, true);
  const count = header.getUint16(layout.num, true);
  if (offset === 0 || count === 0) return [];
  if (header.getUint16(layout.entsize, true) !== entryBytes) throw malformed('size of a table entry', { table });
  if (count > max) throw tooLarge(`${table} headers`, max);
  const { bytes } = spanAt(file, offset, count * entryBytes);
  const entries = viewOf(file.subarray(offset, offset + bytes));
  return Array.from(
    { length: count },
    (_, at) => new DataView(entries.buffer, entries.byteOffset + at * entryBytes, entryBytes),
  );
}

function segmentAt(file: Uint8Array, header: DataView, segment: number): Segment {
  const bytes = header.getUint32(P.filesz, true);
  if (bytes > header.getUint32(P.memsz, true)) throw malformed('larger in the file than in memory', { segment });
  return { ...spanAt(file, header.getUint32(P.offset, true), bytes), address: header.getUint32(P.paddr, true) };
}

/** Bytes that the file has. */
function spanAt(file: Uint8Array, offset: number, bytes: number): Span {
  const end = offset + bytes;
  if (end > file.length) throw new Fault('IMAGE_TRUNCATED', { bytes: file.length, declared: end });
  return { offset, bytes };
}

function isLoaded(header: DataView): boolean {
  return header.getUint32(P.type, true) === PT_LOAD && header.getUint32(P.filesz, true) > 0;
}

function isProgrammed(header: DataView): boolean {
  const isAllocated = (header.getUint32(SH.flags, true) & SHF_ALLOC) !== 0;
  return isAllocated && header.getUint32(SH.type, true) !== SHT_NOBITS && header.getUint32(SH.size, true) > 0;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
