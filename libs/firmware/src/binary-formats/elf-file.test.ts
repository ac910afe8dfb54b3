import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { programmed } from '../image.ts';
import { arbitraryRanges } from '../testing/arbitrary-ranges.ts';
import { expectFault } from '../testing/expect-fault.ts';
import { type ElfSegment, type ElfStyle, writeElf } from '../testing/write-elf.ts';
import { readElfFile } from './elf-file.ts';

const code = { address: 0x0800_0000, data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
const more = { address: 0x0802_0000, data: Uint8Array.of(9, 10) };
/** Where fields of the header, of the first segment and of the first section stand. */
const AT = { class: 4, byteOrder: 5, type: 16, entrySize: 42, segments: 44, sections: 48, segment: 52 };

function read(style?: ElfStyle, segments: readonly ElfSegment[] = [code]) {
  return programmed(readElfFile(writeElf(segments, style)));
}

function patched(patch: (view: DataView) => void, style?: ElfStyle): Uint8Array {
  const file = Uint8Array.from(writeElf([code, more], style));
  patch(new DataView(file.buffer));
  return file;
}

describe('reading ELF', () => {
  test('loaded segments become ranges at their physical addresses', () => {
    const initialised = { ...more, virtualAddress: 0x2000_0000 };
    expect(readElfFile(writeElf([initialised, code]))).toEqual({
      format: 'elf',
      targets: [{ alternate: 0, name: null, ranges: [code, more] }],
      device: null,
      warnings: [],
    });
  });

  test('what a segment has only in memory, and segments that are not loaded, are left out', () => {
    const zeroed = { address: 0x2000_0000, data: new Uint8Array(), memoryBytes: 4096 };
    const note = { ...more, type: 4 };
    expect(read({}, [{ ...code, memoryBytes: 4096 }, zeroed, note])).toEqual([code]);
  });

  test('what was written comes back, with sections and without', () => {
    fc.assert(
      fc.property(arbitraryRanges, fc.boolean(), (ranges, hasSections) => {
        const segments = ranges.toReversed();
        const sections = segments.map(({ data }, segment) => ({ segment, at: 0, bytes: data.length }));
        expect(read(hasSections ? { sections } : {}, segments)).toEqual(ranges);
      }),
    );
  });
});

describe('what the linker adds', () => {
  const HEADER = 52 + 32;

  test('the header of the file is never programmed, only the sections after it', () => {
    const sections = [
      { segment: 0, at: HEADER, bytes: 4 },
      { segment: 0, at: HEADER + 4, bytes: 4 },
    ];
    expect(read({ sections, holdsHeader: true })).toEqual([{ ...code, address: code.address + HEADER }]);
  });

  test('a segment of nothing but the header is left out', () => {
    const header = { address: 0x0800_0000, data: new Uint8Array() };
    expect(read({ sections: [{ segment: 1, at: 0, bytes: 2 }], holdsHeader: true }, [header, more])).toEqual([more]);
  });

  test('without sections nobody knows what follows the header', () => {
    expectFault(() => read({ holdsHeader: true }), 'IMAGE_MALFORMED');
  });

  test('zeros that fill the hole between two sections are left out', () => {
    const data = Uint8Array.of(0, 0, 1, 2, 0, 0, 0, 3, 4, 0);
    const filled = { address: 0x0800_0000, data };
    const sections = [
      { segment: 0, at: 7, bytes: 2 },
      { segment: 0, at: 2, bytes: 3 },
    ];
    expect(read({ sections }, [filled])).toEqual([
      { address: 0x0800_0002, data: Uint8Array.of(1, 2, 0) },
      { address: 0x0800_0007, data: Uint8Array.of(3, 4) },
    ]);
  });

  test('other bytes that no section names are loaded: the program header says so', () => {
    expect(read({ sections: [{ segment: 0, at: 2, bytes: 2 }] })).toEqual([code]);
    expect(read({ sections: [{ segment: 1, at: 0, bytes: 2 }] }, [code, more])).toEqual([code, more]);
  });

  test('sections without bytes, or outside of memory, say nothing about a segment', () => {
    for (const odd of [{ type: 8 }, { flags: 0 }, { bytes: 0 }, { bytes: 9 }]) {
      const padded = { ...code, data: Uint8Array.of(0, ...code.data) };
      const section = { segment: 0, at: 1, bytes: 1, ...odd };
      const apart = { segment: 1, at: 0, bytes: 2 };
      expect(read({ sections: [section, apart] }, [padded, more])).toEqual([padded, more]);
    }
  });
});

describe('refusing ELF', () => {
  test('a file cut anywhere is truncated', () => {
    for (const sections of [[], [{ segment: 0, at: 0, bytes: 8 }]]) {
      const file = writeElf([code, more], { sections });
      for (let length = 4; length < file.length; length++) {
        expectFault(() => readElfFile(file.subarray(0, length)), 'IMAGE_TRUNCATED');
      }
    }
  });

  test.each([
    ['a 64-bit file', AT.class, 2, { class: 2 }],
    ['a big-endian file', AT.byteOrder, 2, { byteOrder: 2 }],
    ['an object file', AT.type, 1, { type: 1 }],
    ['a shared library', AT.type, 3, { type: 3 }],
    ['a table with entries of another size', AT.entrySize, 56, { table: 'program' }],
  ])('%s is malformed', (_, at, value, details) => {
    expectFault(() => readElfFile(patched((view) => view.setUint8(at, value))), 'IMAGE_MALFORMED', details);
  });

  test('more segments or sections than any firmware has are too large', () => {
    const many = patched((view) => view.setUint16(AT.segments, 0xffff, true));
    expectFault(() => readElfFile(many), 'IMAGE_TOO_LARGE', { limit: 'program headers', max: 256 });
    const sections = [{ segment: 0, at: 0, bytes: 8 }];
    const split = patched((view) => view.setUint16(AT.sections, 4097, true), { sections });
    expectFault(() => readElfFile(split), 'IMAGE_TOO_LARGE', { limit: 'section headers', max: 4096 });
  });

  test('a segment past the end of the file is truncated, one larger in the file than in memory is malformed', () => {
    const past = patched((view) => {
      view.setUint32(AT.segment + 16, 0xffff_ffff, true);
      view.setUint32(AT.segment + 20, 0xffff_ffff, true);
    });
    expectFault(() => readElfFile(past), 'IMAGE_TRUNCATED', { declared: 116 + 0xffff_ffff });
    const larger = patched((view) => view.setUint32(AT.segment + 20, 7, true));
    expectFault(() => readElfFile(larger), 'IMAGE_MALFORMED', { segment: 0 });
  });

  test('segments that hold the same bytes of the file are malformed before any of them is copied', () => {
    const file = patched((view) => view.setUint32(AT.segment + 32 + 4, 123, true));
    expectFault(() => readElfFile(file), 'IMAGE_MALFORMED', { offset: 123 });
  });

  test('segments that claim an address twice overlap, one past 32 bits has no valid address, none is empty', () => {
    const overlap = { address: 0x0800_0007, data: Uint8Array.of(1) };
    expectFault(() => read({}, [code, overlap]), 'IMAGE_OVERLAP', { address: '0x08000007' });
    expectFault(() => read({}, [{ ...code, address: 0xffff_fff9 }]), 'IMAGE_ADDRESS_INVALID', { bytes: 8 });
    expectFault(() => read({}, []), 'IMAGE_EMPTY');
  });
});
