import { Fault, IMAGE_FILE_BYTES_MAX } from '@flashline/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { programmed } from './image.ts';
import { formatNamed } from './image-format.ts';
import { readImage } from './read-image.ts';
import { arbitraryRanges } from './testing/arbitrary-ranges.ts';
import { expectFault } from './testing/expect-fault.ts';
import { withDfuSuffix, writeDfu } from './testing/write-dfu.ts';
import { writeElf } from './testing/write-elf.ts';
import { writeHex } from './testing/write-hex.ts';
import { writeSRecords } from './testing/write-srecord.ts';
import { writeUf2 } from './testing/write-uf2.ts';

const range = { address: 0x0800_0000, data: Uint8Array.of(0x20, 1, 2, 3) };
const hex = writeHex([range]);
const dfu = writeDfu([{ alternate: 0, name: null, elements: [range] }]);
const elf = writeElf([range]);
const srec = writeSRecords([range]);
const uf2 = writeUf2([range]);

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

describe('telling formats apart', () => {
  test.each([
    ['hex', hex, undefined],
    ['hex', hex, 'firmware.HEX'],
    ['hex', hex, 'firmware.txt'],
    ['hex', hex, 'firmware.bin'],
    ['dfu', dfu, undefined],
    ['dfu', dfu, 'FIRMWARE.DFU'],
    ['dfu', dfu, 'firmware.bin'],
    ['elf', elf, undefined],
    ['elf', elf, 'firmware.axf'],
    ['elf', elf, 'firmware.bin'],
    ['srec', srec, undefined],
    ['srec', srec, 'firmware.S19'],
    ['srec', srec, 'firmware.bin'],
    ['uf2', uf2, undefined],
    ['uf2', uf2, 'firmware.uf2'],
    ['uf2', uf2, 'firmware.bin'],
    ['bin', range.data, undefined],
    ['bin', range.data, 'firmware.bin'],
    ['bin', range.data, 'firmware'],
  ] as const)('%s is known by its content (%#: %s)', (format, file, name) => {
    const image = readImage(file, { name });
    expect(image.format).toBe(format);
    expect(programmed(image)).toEqual([{ ...range, address: format === 'bin' ? 0 : range.address }]);
  });

  test('a byte order mark and blanks before a text do not hide it, and lines still count from the first', () => {
    const marked = (file: Uint8Array) => Uint8Array.of(0xef, 0xbb, 0xbf, ...text('\r\n \n'), ...file);
    expect(programmed(readImage(marked(hex), { name: 'a.hex' }))).toEqual([range]);
    expect(programmed(readImage(marked(srec), { name: 'a.srec' }))).toEqual([range]);
    expectFault(() => readImage(text('\n\n:zz\n')), 'IMAGE_MALFORMED', { line: 3 });
    expectFault(() => readImage(text('\n\nS9030000FD\n')), 'IMAGE_CHECKSUM', { line: 3 });
  });

  test.each([
    ['a .hex that is DfuSe', dfu, 'a.hex'],
    ['a .hex that is binary', range.data, 'a.hex'],
    ['an .ihex of blanks', text(' \r\n'), 'a.ihex'],
    ['a .dfu that is HEX', hex, 'a.dfu'],
    ['a .dfu that is binary', range.data, 'a.dfu'],
    ['a .dfu with a suffix but no DfuSe prefix', withDfuSuffix(range.data), 'a.dfu'],
    ['a .dfu cut within its prefix', dfu.subarray(0, 4), 'a.dfu'],
  ])('%s is malformed, never a raw binary', (_, file, name) => {
    expectFault(() => readImage(file, { name }), 'IMAGE_MALFORMED');
  });

  test.each(['hex', 'ihex', 'ihx', 'dfu', 'elf', 'axf', 'srec', 's19', 's28', 's37', 'mot', 'uf2'])(
    'what is called .%s is never another format',
    (extension) => {
      const name = `a.${extension}`;
      const promised = formatNamed(name);
      for (const [format, file] of Object.entries({ hex, dfu, elf, srec, uf2, bin: range.data })) {
        if (format === promised) expect(readImage(file, { name }).format).toBe(promised);
        else
          expectFault(() => readImage(file, { name }), 'IMAGE_MALFORMED', {
            extension: `.${extension}`,
            content: format,
          });
      }
    },
  );

  test('a name tells the format that it stands for, or nothing', () => {
    expect(['a.HEX', 'b.bin', '/x.y/c.dfu', 'd.s19'].map(formatNamed)).toEqual(['hex', 'bin', 'dfu', 'srec']);
    expect(['hex', 'a.txt', 'a.hex.gz', '.dfu', ''].map(formatNamed)).toEqual([null, null, null, null, null]);
  });

  test('a .bin whose stack pointer looks like the beginning of HEX is a raw binary', () => {
    const vectors = Uint8Array.of(0x20, 0x3a, 0x00, 0x20, 0xc1, 0x01, 0x00, 0x08);
    expect(readImage(vectors, { name: 'a.bin' }).format).toBe('bin');
    expectFault(() => readImage(vectors), 'IMAGE_MALFORMED', { line: 1 });
  });
});

describe('raw binaries', () => {
  test('go to the load address, or to 0 while nobody has given one', () => {
    expect(programmed(readImage(range.data, { loadAddress: range.address }))).toEqual([range]);
    for (const loadAddress of [undefined, null, 0]) {
      expect(programmed(readImage(range.data, { loadAddress }))[0]?.address).toBe(0);
    }
  });

  test('may end at the last address, not after it', () => {
    expect(programmed(readImage(range.data, { loadAddress: 0xffff_fffc }))).toHaveLength(1);
    expectFault(() => readImage(range.data, { loadAddress: 0xffff_fffd }), 'IMAGE_ADDRESS_INVALID', {
      address: '0xfffffffd',
    });
  });

  test.each([-1, 0.5, 2 ** 32, Number.NaN, Number.POSITIVE_INFINITY])('cannot go to %s', (loadAddress) => {
    expectFault(() => readImage(range.data, { loadAddress }), 'IMAGE_ADDRESS_INVALID', { address: `${loadAddress}` });
  });

  test.each([
    ['hex', hex],
    ['dfu', dfu],
    ['elf', elf],
    ['srec', srec],
    ['uf2', uf2],
  ])('only they take a load address: %s does not', (format, file) => {
    expectFault(() => readImage(file, { loadAddress: range.address }), 'IMAGE_ADDRESS_INVALID', { format });
    expect(programmed(readImage(file, { loadAddress: null }))).toEqual([range]);
  });

  test('lose a DFU suffix whose checksum is right, with a warning, and keep what it says', () => {
    const image = readImage(withDfuSuffix(range.data), { name: 'a.bin', loadAddress: range.address });
    expect(programmed(image)).toEqual([range]);
    expect(image.device).toEqual({ vendorId: 0x0483, productId: 0xdf11, bcdDevice: null });
    expect(image.warnings).toHaveLength(1);
  });

  test('keep what only looks like a suffix', () => {
    const file = withDfuSuffix(range.data);
    file[0] = 0xff;
    const image = readImage(file);
    expect(programmed(image)).toEqual([{ address: 0, data: file }]);
    expect(image).toMatchObject({ device: null, warnings: [] });
  });

  test('that are nothing but a suffix are empty', () => {
    expectFault(() => readImage(withDfuSuffix(new Uint8Array())), 'IMAGE_EMPTY');
  });
});

describe('every file', () => {
  test('without bytes is empty, whatever its name', () => {
    for (const name of [undefined, 'a.bin', 'a.hex', 'a.dfu', 'a.elf']) {
      expectFault(() => readImage(new Uint8Array(), { name }), 'IMAGE_EMPTY');
    }
  });

  test('of 64 MiB is read, one byte more is too large', () => {
    const file = new Uint8Array(IMAGE_FILE_BYTES_MAX + 1);
    expect(programmed(readImage(file.subarray(1)))[0]?.data).toHaveLength(IMAGE_FILE_BYTES_MAX);
    expectFault(() => readImage(file), 'IMAGE_TOO_LARGE', { max: IMAGE_FILE_BYTES_MAX });
  });

  test('may be overwritten after it was read', () => {
    for (const file of [hex, dfu, elf, srec, uf2, range.data].map((bytes) => Buffer.from(bytes))) {
      const image = readImage(file);
      const before = structuredClone(programmed(image));
      file.fill(0xee);
      expect(programmed(image)).toEqual(before);
    }
  });

  test('may lie anywhere in a larger buffer', () => {
    for (const file of [hex, dfu, elf, srec, uf2, range.data, withDfuSuffix(range.data)]) {
      const within = Buffer.concat([Buffer.alloc(7, 0x3a), file, Buffer.alloc(9, 0x3a)]).subarray(7, 7 + file.length);
      expect(readImage(within)).toEqual(readImage(file));
    }
  });

  test('has nothing for an alternate setting it does not name', () => {
    expect(programmed(readImage(hex), 1)).toEqual([]);
  });

  test('that was damaged ends in an IMAGE_ fault or in proper ranges', () => {
    const original = fc.oneof(
      arbitraryRanges.map((ranges) => writeHex(ranges)),
      arbitraryRanges.map((elements) => writeDfu([{ alternate: 0, name: 'x', elements }])),
      arbitraryRanges.map((ranges) => writeElf(ranges)),
      arbitraryRanges.map((ranges) => writeSRecords(ranges)),
      arbitraryRanges.map((ranges) => writeUf2(ranges)),
      arbitraryRanges.map((elements) => withDfuSuffix(elements[0]?.data ?? range.data)),
      fc.uint8Array({ maxLength: 200 }),
    );
    const damage = fc.array(
      fc.record({ at: fc.nat(), remove: fc.integer({ min: 0, max: 40 }), insert: fc.uint8Array({ maxLength: 4 }) }),
      { minLength: 1, maxLength: 4 },
    );
    const name = fc.constantFrom(undefined, 'a.hex', 'a.dfu', 'a.elf', 'a.s19', 'a.uf2', 'a.bin', 'a');
    const loadAddress = fc.constantFrom(null, 0, 0x0800_0000, 0xffff_ffff);
    fc.assert(
      fc.property(original, damage, name, loadAddress, (file, changes, fileName, address) => {
        expectProper(changes.reduce(damaged, file), { name: fileName, loadAddress: address });
      }),
      { numRuns: 3000 },
    );
  });
});

type Change = { readonly at: number; readonly remove: number; readonly insert: Uint8Array };

function damaged(file: Uint8Array, { at, remove, insert }: Change): Uint8Array {
  const start = at % (file.length + 1);
  return Buffer.concat([file.subarray(0, start), insert, file.subarray(start + remove)]);
}

function expectProper(file: Uint8Array, options: Parameters<typeof readImage>[1]): void {
  try {
    const { targets } = readImage(file, options);
    expect(targets.length).toBeGreaterThan(0);
    for (const { ranges } of targets) {
      let end = -1;
      for (const { address, data } of ranges) {
        expect(address).toBeGreaterThan(end);
        expect(data.length).toBeGreaterThan(0);
        end = address + data.length;
      }
      expect(end).toBeLessThanOrEqual(2 ** 32);
    }
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    expect(error.code).toMatch(/^IMAGE_(EMPTY|TOO_LARGE|TRUNCATED|MALFORMED|CHECKSUM|OVERLAP|ADDRESS_INVALID)$/);
  }
}
