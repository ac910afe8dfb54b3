import { sealed, writeDfu } from '../../libs/firmware/src/testing/write-dfu.ts';
import { writeElf } from '../../libs/firmware/src/testing/write-elf.ts';
import { hexRecord } from '../../libs/firmware/src/testing/write-hex.ts';
import { sRecord } from '../../libs/firmware/src/testing/write-srecord.ts';
import { uf2Block } from '../../libs/firmware/src/testing/write-uf2.ts';

const MIB = 1024 * 1024;
const ONE = Uint8Array.of(1);
const END = hexRecord(1, 0);
/** Lines of a text file of a million bytes. */
const LINES = 50_000;

/** Files of up to a million bytes, each made to cost as much as it can. */
export const HOSTILE_FILES: Readonly<Record<string, () => Uint8Array>> = {
  'ELF that promises 65,535 segments of 4 GiB': () => {
    const file = Buffer.from(writeElf([{ address: 0, data: new Uint8Array(MIB - 84), memoryBytes: 0xffff_ffff }]));
    file.writeUInt16LE(0xffff, 44);
    file.writeUInt32LE(0xffff_ffff, 52 + 16);
    return file;
  },
  'ELF whose 256 segments are each the whole file': () => elfOfWholes(256),
  'ELF whose one segment is the file, with 4,096 sections that are one byte each': () => {
    const sections = Array.from({ length: 4096 }, (_, at) => ({ segment: 0, at: 2 * at + 84, bytes: 1 }));
    return writeElf([{ address: 0, data: new Uint8Array(700_000) }], { sections, holdsHeader: true });
  },
  'ELF whose 256 segments are next to each other, and 4,096 sections, each in none': () => {
    const segments = Array.from({ length: 256 }, (_, at) => ({ address: at * 4096, data: new Uint8Array(3000) }));
    return writeElf(segments, { sections: Array.from({ length: 4096 }, () => ({ segment: 0, at: 0, bytes: 3001 })) });
  },
  'ELF whose 256 segments are the same 4,096 sections': () => {
    const data = new Uint8Array(4096);
    const segments = Array.from({ length: 256 }, (_, at) => ({
      address: at * 4096,
      data: at === 0 ? data : new Uint8Array(),
    }));
    const sections = Array.from({ length: 4096 }, (_, at) => ({ segment: 0, at, bytes: 1 }));
    return withSegments(writeElf(segments, { sections }), 256, { offset: 52 + 256 * 32, bytes: data.length });
  },
  'HEX of one byte per record, all over the address space': () =>
    lines(LINES, (at) => (at % 2 === 0 ? hexRecord(4, 0, [(at >> 1) & 0xff, at & 0xff]) : hexRecord(0, at, ONE)), END),
  'HEX of one byte per record, backwards': () => lines(65_000, (at) => hexRecord(0, 0xffff - at, ONE), END),
  'HEX of a byte in every second address': () => lines(65_000, (at) => hexRecord(0, (2 * at) & 0xffff, ONE), END),
  'HEX of records without data': () => lines(95_000, () => hexRecord(0, 0), END),
  'HEX of nothing but blank lines': () => Buffer.concat([Buffer.from(':'), Buffer.alloc(MIB - 1, '\n')]),
  'HEX of one line': () => Buffer.alloc(MIB, ':'),
  'S-records far apart': () => lines(LINES, (at) => sRecord(3, at * 0x1_0000, ONE), sRecord(7, 0)),
  'S-records that count to 16 million': () => lines(LINES, () => sRecord(3, 0), sRecord(6, 0xff_ffff)),
  'UF2 of one block of 4,294,967,295': () => uf2Block({ targetAddr: 0, blockNo: 0, numBlocks: 0xffff_ffff, data: ONE }),
  'UF2 of blocks for 2,048 families': () => uf2Blocks((blockNo) => ({ familyId: blockNo })),
  'UF2 of blocks far apart': () => uf2Blocks((blockNo) => ({ targetAddr: blockNo * MIB })),
  'DfuSe with 4,294,967,295 elements': () => {
    const file = Buffer.from(
      writeDfu([{ alternate: 0, name: null, elements: [{ address: 0, data: new Uint8Array(MIB / 2) }] }]),
    );
    file.writeUInt32LE(0xffff_ffff, 11 + 270);
    return sealed(file);
  },
  'DfuSe with 65,536 elements of one byte': () => {
    const elements = Array.from({ length: 65_536 }, (_, at) => ({ address: 0xffff_0000 - 2 * at, data: ONE }));
    return writeDfu([{ alternate: 0, name: null, elements }]);
  },
  'DfuSe with 255 targets': () =>
    writeDfu(
      Array.from({ length: 255 }, (_, alternate) => ({
        alternate,
        name: 'x'.repeat(255),
        elements: Array.from({ length: 250 }, (__, at) => ({ address: 2 * at, data: ONE })),
      })),
    ),
  'zeros, as a raw binary': () => new Uint8Array(MIB),
};

function elfOfWholes(count: number): Uint8Array {
  const segments = Array.from({ length: count }, (_, at) => ({ address: at * 0x100_0000, data: new Uint8Array(4000) }));
  const file = writeElf(segments);
  return withSegments(file, count, { offset: 0, bytes: file.length });
}

/** The ELF file with all its segments at one place. */
function withSegments(
  elf: Uint8Array,
  count: number,
  { offset, bytes }: { offset: number; bytes: number },
): Uint8Array {
  const file = Buffer.from(elf);
  for (let at = 52; at < 52 + count * 32; at += 32) {
    file.writeUInt32LE(offset, at + 4);
    file.writeUInt32LE(bytes, at + 16);
    file.writeUInt32LE(bytes, at + 20);
  }
  return file;
}

function lines(count: number, line: (at: number) => string, last: string): Uint8Array {
  return Buffer.from([...Array.from({ length: count }, (_, at) => line(at)), last, ''].join('\n'), 'latin1');
}

function uf2Blocks(fields: (blockNo: number) => { familyId?: number; targetAddr?: number }): Uint8Array {
  const numBlocks = MIB / 512;
  const block = (_: unknown, blockNo: number) =>
    uf2Block({ targetAddr: blockNo * 512, blockNo, numBlocks, data: ONE, ...fields(blockNo) });
  return Buffer.concat(Array.from({ length: numBlocks }, block));
}
