import { readFileSync } from 'node:fs';
import type { Range } from '@flashline/firmware';
import fc from 'fast-check';
import { arbitraryRanges } from '../../libs/firmware/src/testing/arbitrary-ranges.ts';
import { withDfuSuffix, writeDfu } from '../../libs/firmware/src/testing/write-dfu.ts';
import { writeElf } from '../../libs/firmware/src/testing/write-elf.ts';
import { hexRecord, writeHex } from '../../libs/firmware/src/testing/write-hex.ts';
import { sRecord, writeSRecords } from '../../libs/firmware/src/testing/write-srecord.ts';
import { writeUf2 } from '../../libs/firmware/src/testing/write-uf2.ts';

/** A file as somebody hands it to the station. */
export interface NamedFile {
  readonly name: string | undefined;
  readonly bytes: Uint8Array;
}

const BLINKY = {
  name: 'blinky.hex',
  bytes: new Uint8Array(readFileSync(new URL('../../examples/blinky-f405/blinky.hex', import.meta.url))),
};

const WRITERS: readonly ((ranges: readonly Range[]) => NamedFile)[] = [
  (ranges) => ({ name: 'a.hex', bytes: writeHex(ranges) }),
  (ranges) => ({ name: 'a.s19', bytes: writeSRecords(ranges) }),
  (ranges) => ({ name: 'a.dfu', bytes: writeDfu([{ alternate: 0, name: 'Internal Flash', elements: ranges }]) }),
  (ranges) => ({ name: 'a.elf', bytes: writeElf(ranges, { sections: ranges.map(wholeSegment) }) }),
  (ranges) => ({ name: 'a.elf', bytes: writeElf(ranges, { sections: ranges.map(wholeSegment), holdsHeader: true }) }),
  (ranges) => ({ name: 'a.uf2', bytes: writeUf2(ranges) }),
  ([range]) => ({ name: 'a.bin', bytes: withDfuSuffix(range?.data ?? new Uint8Array()) }),
];

/** Two of 150 KB: text formats need almost three characters for a byte, UF2 two bytes. */
const largeRanges = fc
  .array(fc.record({ bytes: fc.integer({ min: 10_000, max: 150_000 }), seed: fc.nat(255) }), {
    minLength: 1,
    maxLength: 2,
  })
  .map((ranges) =>
    ranges.map(({ bytes, seed }, index) => ({
      address: 0x0800_0000 + index * 0x10_0000,
      data: Uint8Array.from({ length: bytes }, (_, at) => (at * 31 + (at >> 8) + seed) & 0xff),
    })),
  );

/** A whole file of any format: some ten thousand bytes at most, so that many can be tried. */
export const smallFile: fc.Arbitrary<NamedFile> = filesOf(arbitraryRanges);

/** Texts of well-formed records that nobody would put together. */
export const recordSoup: fc.Arbitrary<NamedFile> = fc
  .tuple(
    fc.constantFrom(hexRecord, sRecord),
    fc.array(fc.tuple(fc.nat(9), fc.nat(0xffff), fc.uint8Array({ maxLength: 20 })), { minLength: 1, maxLength: 20 }),
  )
  .map(([write, records]) => ({
    name: undefined,
    bytes: new TextEncoder().encode(records.map(([type, address, data]) => `${write(type, address, data)}\n`).join('')),
  }));

/** A whole file of any format of up to a million bytes, or the real one among the examples. */
export const largeFile: fc.Arbitrary<NamedFile> = fc.oneof(
  { arbitrary: filesOf(largeRanges), weight: 9 },
  { arbitrary: fc.constant(BLINKY), weight: 1 },
);

function filesOf(ranges: fc.Arbitrary<readonly Range[]>): fc.Arbitrary<NamedFile> {
  return fc.tuple(fc.constantFrom(...WRITERS), ranges).map(([write, written]) => write(written));
}

function wholeSegment({ data }: Range, segment: number) {
  return { segment, at: 0, bytes: data.length };
}
