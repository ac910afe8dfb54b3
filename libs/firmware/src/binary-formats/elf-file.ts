import { type FirmwareImage, plainImage } from '../image.ts';
import { malformed } from '../image-fault.ts';
import { ELF_HEADER_BYTES, readElfTables, type Segment, type Span } from './elf-header.ts';

// Ours, not elfy, elfinfo or elf-tools from npm: none is kept, and all of them believe the tables of a file.

/**
 * Reads a 32-bit little-endian ELF executable by its program headers: the bytes of each loaded segment go to its
 * physical address. What a segment has in memory beyond its bytes in the file (.bss) is not programmed, nor is what the
 * linker put between its sections. Throws the faults of `readElfTables` and of `plainImage`.
 */
export function readElfFile(file: Uint8Array): FirmwareImage {
  const { segments, sections } = readElfTables(file);
  requireApart(segments);
  const pieces = segments.flatMap((segment) =>
    contentOf(file, segment, sections).map(({ offset, bytes }) => ({
      address: segment.address + (offset - segment.offset),
      data: file.subarray(offset, offset + bytes),
    })),
  );
  return plainImage('elf', pieces);
}

/** Segments that share bytes of the file would make gigabytes of a small one. */
function requireApart(segments: readonly Segment[]): void {
  let end = 0;
  for (const segment of segments.toSorted((a, b) => a.offset - b.offset)) {
    if (segment.offset < end)
      throw malformed('two segments hold the same bytes of the file', { offset: segment.offset });
    end = endOf(segment);
  }
}

/**
 * GNU ld may begin a segment at its page (64 KiB for Arm), so that it holds the header of the file, and it fills holes
 * between sections with zeros: programmed, they would overwrite a bootloader or settings. Without them the image is the
 * one that objcopy makes. All else that no section names stays: the program header says that it is loaded.
 */
function contentOf(file: Uint8Array, segment: Segment, sections: readonly Span[]): Span[] {
  const holdsHeader = segment.offset < ELF_HEADER_BYTES;
  if (holdsHeader && sections.length === 0) throw malformed('a segment holds the header of the file');
  const within = sections.filter((section) => section.offset >= segment.offset && endOf(section) <= endOf(segment));
  // LLVM makes a segment of nothing but the header.
  if (within.length === 0) return holdsHeader ? [] : [segment];
  const gaps = gapsBetween(within, segment);
  const isContent = ({ offset, bytes }: Span) =>
    offset >= ELF_HEADER_BYTES && file.subarray(offset, offset + bytes).some((byte) => byte !== 0);
  return [...within, ...gaps.filter(isContent)];
}

/** The bytes of a segment that are in none of its sections. */
function gapsBetween(sections: readonly Span[], segment: Segment): Span[] {
  const gaps: Span[] = [];
  let at = segment.offset;
  for (const section of [...sections.toSorted((a, b) => a.offset - b.offset), { offset: endOf(segment), bytes: 0 }]) {
    if (section.offset > at) gaps.push({ offset: at, bytes: section.offset - at });
    at = Math.max(at, endOf(section));
  }
  return gaps;
}

function endOf({ offset, bytes }: Span): number {
  return offset + bytes;
}
