import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { programmed } from '../image.ts';
import { arbitraryRanges } from '../testing/arbitrary-ranges.ts';
import { expectFault } from '../testing/expect-fault.ts';
import { type HexStyle, hexRecord, PLAIN, writeHex } from '../testing/write-hex.ts';
import { readIntelHex } from './intel-hex.ts';

const END = ':00000001FF';

function read(...lines: readonly string[]) {
  return programmed(readIntelHex(new TextEncoder().encode(lines.join('\n'))));
}

const arbitraryStyle: fc.Arbitrary<HexStyle> = fc.record({
  sizes: fc.array(fc.integer({ min: 1, max: 255 }), { minLength: 1, maxLength: 8 }),
  order: fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 32 }),
  lineBreak: fc.constantFrom('\n', '\r\n', '\r', '\n\n', ' \t\r\n'),
  isLowerCase: fc.boolean(),
  hasSegments: fc.boolean(),
});

describe('reading Intel HEX', () => {
  test('the example of the specification gives its bytes at its address', () => {
    const ranges = read(':10010000214601360121470136007EFE09D2190140', END);
    expect(ranges.map(({ address }) => address)).toEqual([0x0100]);
    expect(Buffer.from(ranges[0]?.data ?? []).toString('hex')).toBe('214601360121470136007efe09d21901');
  });

  test('whatever the sizes and the order of records, the ranges that were written come back', () => {
    fc.assert(
      fc.property(arbitraryRanges, arbitraryStyle, (ranges, style) => {
        expect(programmed(readIntelHex(writeHex(ranges, style)))).toEqual(ranges);
      }),
      { numRuns: 300 },
    );
  });

  test('neighbours are joined, also across a linear base', () => {
    const ranges = read(
      hexRecord(4, 0, [0x08, 0x01]),
      hexRecord(0, 0x0000, [3, 4]),
      hexRecord(4, 0, [0x08, 0x00]),
      hexRecord(0, 0xfffe, [1, 2]),
      END,
    );
    expect(ranges).toEqual([{ address: 0x0800_fffe, data: Uint8Array.of(1, 2, 3, 4) }]);
  });

  test('a linear record may run past its 64 KiB', () => {
    const ranges = read(hexRecord(4, 0, [0x08, 0x00]), hexRecord(0, 0xffff, [1, 2]), END);
    expect(ranges).toEqual([{ address: 0x0800_ffff, data: Uint8Array.of(1, 2) }]);
  });

  test('a segment record counts in paragraphs of 16 bytes, and the last base counts', () => {
    const ranges = read(hexRecord(4, 0, [0x08, 0x00]), hexRecord(2, 0, [0x12, 0x34]), hexRecord(0, 5, [7]), END);
    expect(ranges).toEqual([{ address: 0x12345, data: Uint8Array.of(7) }]);
  });

  test.each([
    ['without a base', []],
    ['in a segment', [hexRecord(2, 0, [0x10, 0x00])]],
  ])('a record that crosses the end of 64 KiB %s is refused, because tools disagree where it goes', (_, before) => {
    expectFault(() => read(...before, hexRecord(0, 0xffff, [1, 2]), END), 'IMAGE_MALFORMED', {
      line: before.length + 1,
    });
  });

  test('the last byte of 32 bits can be programmed, the one after it not', () => {
    const high = hexRecord(4, 0, [0xff, 0xff]);
    expect(read(high, hexRecord(0, 0xffff, [9]), END)).toEqual([{ address: 0xffff_ffff, data: Uint8Array.of(9) }]);
    expectFault(() => read(high, hexRecord(0, 0xffff, [9, 9]), END), 'IMAGE_ADDRESS_INVALID', {
      line: 2,
      address: '0xffffffff',
    });
  });

  test('start addresses are no data', () => {
    const ranges = read(hexRecord(3, 0, [0, 0, 1, 0]), hexRecord(0, 0, [1]), hexRecord(5, 0, [8, 0, 0, 1]), END);
    expect(ranges).toEqual([{ address: 0, data: Uint8Array.of(1) }]);
  });

  test('blank lines, blanks around records and a missing last line break change nothing', () => {
    expect(read('', `  ${hexRecord(0, 4, [1, 2])}\t\r`, '', ` ${END}`)).toEqual([
      { address: 4, data: Uint8Array.of(1, 2) },
    ]);
  });
});

describe('refusing Intel HEX', () => {
  const good = hexRecord(0, 0x10, [1, 2, 3, 4]);

  test.each([
    ['a character that is no hex digit', good.replace('01', '0G')],
    ['an odd number of digits', good.slice(0, -1)],
    ['fewer bytes than the count says', good.slice(0, -2)],
    ['more bytes than the count says', `${good}00`],
    ['no colon', good.slice(1)],
    ['only a colon', ':'],
    ['a second record on the same line', `${good}${good}`],
    ['an unknown type', hexRecord(6, 0, [])],
    ['a linear base of one byte', hexRecord(4, 0, [8])],
    ['a segment base of three bytes', hexRecord(2, 0, [0, 0, 8])],
    ['a start address of two bytes', hexRecord(5, 0, [0, 8])],
    ['an end-of-file record with data', hexRecord(1, 0, [0])],
    ['a line longer than any record', `:${'00'.repeat(261)}`],
  ])('%s is malformed, with its line', (_, line) => {
    expectFault(() => read(hexRecord(0, 0, [0]), '', line, END), 'IMAGE_MALFORMED', { line: 3 });
  });

  test('a wrong checksum is told with its line', () => {
    expectFault(() => read(good, good.replace('01', '02'), END), 'IMAGE_CHECKSUM', { line: 2 });
  });

  test('lines are counted alike for LF, CRLF and CR', () => {
    for (const lineBreak of ['\n', '\r\n', '\r']) {
      expectFault(() => read([good, '', 'x', END].join(lineBreak)), 'IMAGE_MALFORMED', { line: 3 });
    }
  });

  test('without an end-of-file record it is truncated', () => {
    expectFault(() => read(good, ''), 'IMAGE_TRUNCATED', { records: 1 });
  });

  test('a last line that stops in the middle of a record is truncated', () => {
    for (let length = 1; length < good.length; length++) {
      expectFault(() => read(good, good.slice(0, length)), 'IMAGE_TRUNCATED', { line: 2 });
    }
  });

  test('anything after the end-of-file record is malformed', () => {
    expectFault(() => read(good, END, hexRecord(0, 0x20, [1])), 'IMAGE_MALFORMED', { line: 3 });
    expectFault(() => read(good, END, 'x'), 'IMAGE_MALFORMED', { line: 3 });
  });

  test.each([
    ['the same bytes twice', [good, good], '0x00000010'],
    ['one byte in common', [good, hexRecord(0, 0x13, [4])], '0x00000013'],
    ['a record inside another', [hexRecord(0, 0x12, [3]), good], '0x00000012'],
    ['segment and linear bases that meet', [hexRecord(2, 0, [0, 1]), hexRecord(0, 0, [1]), good], '0x00000010'],
  ])('%s overlap, with the address', (_, lines, address) => {
    const whole = lines.length === 3 ? [lines[0], lines[1], hexRecord(4, 0, [0, 0]), lines[2]] : lines;
    expectFault(() => read(...whole.map(String), END), 'IMAGE_OVERLAP', { address });
  });

  test('without data it is empty', () => {
    expectFault(() => read(END), 'IMAGE_EMPTY');
    expectFault(() => read(hexRecord(4, 0, [8, 0]), hexRecord(0, 0, []), END), 'IMAGE_EMPTY');
  });

  test('a file of more scattered bytes than any firmware has is too large', () => {
    const scattered = Array.from({ length: 262_145 }, (_, at) => hexRecord(0, (at % 2) * 2, [0]));
    expectFault(() => read(scattered.join('\n')), 'IMAGE_TOO_LARGE', { limit: 'pieces' });
  });

  test('a file of more records than any firmware has is too large', () => {
    const pair = `${hexRecord(0, 0, [])}\n${hexRecord(0, 4, [])}\n`;
    expectFault(() => read(pair.repeat(1_048_577)), 'IMAGE_TOO_LARGE', { limit: 'records' });
  });

  test('changing any one byte of a file never changes what is flashed', () => {
    const ranges = [
      { address: 0x0800_0000, data: Uint8Array.from({ length: 40 }, (_, at) => at * 7) },
      { address: 0x0800_8000, data: Uint8Array.from({ length: 21 }, (_, at) => 255 - at) },
    ];
    const file = writeHex(ranges, { ...PLAIN, lineBreak: '\r\n' });
    for (let at = 0; at < file.length; at++) {
      for (let value = 0; value < 256; value++) {
        const changed = Uint8Array.from(file);
        changed[at] = value;
        const result = outcomeOf(() => programmed(readIntelHex(changed)));
        if (typeof result !== 'string') expect(result).toEqual(ranges);
        else expect(result).toMatch(/^IMAGE_/);
      }
    }
  });

  test('every beginning of a file is refused until its end-of-file record is complete', () => {
    const file = writeHex([{ address: 0x0800_0000, data: new Uint8Array(40) }]);
    for (let length = 1; length < file.length - 1; length++) {
      expectFault(() => readIntelHex(file.subarray(0, length)), 'IMAGE_TRUNCATED');
    }
  });
});

function outcomeOf<T>(act: () => T): T | string {
  try {
    return act();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}
