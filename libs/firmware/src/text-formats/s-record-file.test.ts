import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { programmed } from '../image.ts';
import { arbitraryRanges } from '../testing/arbitrary-ranges.ts';
import { expectFault } from '../testing/expect-fault.ts';
import { sRecord, writeSRecords } from '../testing/write-srecord.ts';
import { readSRecordFile } from './s-record-file.ts';

const data = [0x01, 0x23, 0x45, 0x67];
const START = sRecord(9, 0);

function read(...lines: readonly string[]) {
  return readSRecordFile(new TextEncoder().encode(lines.map((line) => `${line}\n`).join('')));
}

describe('reading S-records', () => {
  test('the example of the manual', () => {
    const image = read(
      'S00600004844521B',
      'S1130000285F245F2212226A000424290008237C2A',
      'S11300100002000800082629001853812341001813',
      'S113002041E900084E42234300182342000824A952',
      'S107003000144ED492',
      'S9030000FC',
    );
    expect(image).toMatchObject({ format: 'srec', device: null, warnings: [] });
    expect(programmed(image).map(({ address, data: { length } }) => [address, length])).toEqual([[0, 0x34]]);
    expect(Buffer.from(programmed(image)[0]?.data.subarray(-4) ?? []).toString('hex')).toBe('00144ed4');
  });

  test.each([
    [1, 0xfff0],
    [2, 0xff_fff0],
    [3, 0xffff_fff0],
  ])('S%i has an address of its own length', (type, address) => {
    expect(programmed(read(sRecord(type, address, data), START))).toEqual([{ address, data: Uint8Array.from(data) }]);
  });

  test.each([7, 8, 9])('S%i ends the file', (type) => {
    expect(programmed(read(sRecord(1, 0, data), sRecord(type, 0x1234)))).toHaveLength(1);
  });

  test('what was written comes back, however it was written', () => {
    const style = fc.record({
      sizes: fc.array(fc.integer({ min: 1, max: 250 }), { minLength: 1, maxLength: 4 }),
      lineBreak: fc.constantFrom('\n', '\r\n', '\r', ' \t\n\n'),
      isLowerCase: fc.boolean(),
      isShort: fc.boolean(),
      hasCount: fc.boolean(),
    });
    fc.assert(
      fc.property(arbitraryRanges, style, (ranges, how) => {
        expect(programmed(readSRecordFile(writeSRecords(ranges, how)))).toEqual(ranges);
      }),
    );
  });

  test('a header may stand anywhere and say anything, a record may hold nothing', () => {
    const image = read(sRecord(3, 0x10), sRecord(1, 0, data), sRecord(0, 7, Buffer.from('S9:')), START);
    expect(programmed(image)).toEqual([{ address: 0, data: Uint8Array.from(data) }]);
  });

  test('a count of records is that of the data records before it', () => {
    expect(programmed(read(sRecord(0, 0), sRecord(1, 0, data), sRecord(5, 1), START))).toHaveLength(1);
    expect(programmed(read(sRecord(1, 0, data), sRecord(2, 4, data), sRecord(6, 2), START))).toHaveLength(1);
    const details = { line: 2, declared: 2, records: 1 };
    expectFault(() => read(sRecord(1, 0, data), sRecord(5, 2), START), 'IMAGE_MALFORMED', details);
    expectFault(() => read(sRecord(1, 0, data), sRecord(6, 2), START), 'IMAGE_MALFORMED', details);
  });
});

describe('refusing S-records', () => {
  test('a file cut anywhere is truncated', () => {
    const file = writeSRecords([{ address: 0x0800_0000, data: Uint8Array.from({ length: 40 }, (_, at) => at) }]);
    for (let length = 1; length < file.length - 1; length++) {
      expectFault(() => readSRecordFile(file.subarray(0, length)), 'IMAGE_TRUNCATED');
    }
  });

  test('any one changed character is found', () => {
    const file = Buffer.from(`${sRecord(0, 0)}\n${sRecord(3, 0x0800_0000, data)}\n${sRecord(7, 0)}\n`);
    for (let at = 0; at < file.length; at++) {
      const changed = Uint8Array.from(file);
      changed[at] = (changed[at] ?? 0) ^ 1;
      // The type of a record is not in its sum: S2 for S3 means other bytes, and the sum stays right.
      if (String.fromCharCode(file[at - 1] ?? 0) === 'S') continue;
      expect(() => readSRecordFile(changed), `character ${at}`).toThrow(/IMAGE_/);
    }
  });

  test.each([
    ['a line of something else', ':00000001FF', 'does not start with an S'],
    ['a reserved type', sRecord(4, 0, data), 'unknown record type'],
    ['a type that is no digit', 'SA030000FC', 'unknown record type'],
    ['what is no hex digit', 'S1050000G1FC', 'not a hex digit'],
    ['a digit too many', `${sRecord(1, 0, data)}0`, 'odd number of digits'],
    ['a byte too many', `${sRecord(1, 0, data)}00`, 'length differs from its byte count'],
    ['a byte too few', sRecord(1, 0, data).slice(0, -2), 'length differs from its byte count'],
    ['more than a record can be', `S1FF${'0'.repeat(511)}`, 'longer than any record'],
    ['no room for its address', 'S10200FD', 'wrong length for its type'],
    ['a count with data', sRecord(5, 0, data), 'wrong length for its type'],
    ['a start with data', sRecord(9, 0, data), 'wrong length for its type'],
  ])('%s is malformed', (_, line, reason) => {
    expectFault(() => read(sRecord(1, 0, data), line, START), 'IMAGE_MALFORMED', { line: 2, reason });
  });

  test('a wrong checksum is told with its line', () => {
    const wrong = sRecord(1, 0x10, data).replace('45', '46');
    expectFault(() => read(sRecord(1, 0, data), wrong, START), 'IMAGE_CHECKSUM', { line: 2 });
  });

  test('nothing may follow the start record, and without one the end is missing', () => {
    expectFault(() => read(sRecord(1, 0, data), START, sRecord(1, 8, data)), 'IMAGE_MALFORMED', { line: 3 });
    expectFault(() => read(sRecord(1, 0, data)), 'IMAGE_TRUNCATED', { records: 1 });
  });

  test('records that claim an address twice overlap, one past 32 bits has no valid address, none is empty', () => {
    expectFault(() => read(sRecord(1, 0, data), sRecord(1, 3, data), START), 'IMAGE_OVERLAP', {
      address: '0x00000003',
    });
    const details = { line: 1, address: '0xfffffffd', bytes: 4 };
    expectFault(() => read(sRecord(3, 0xffff_fffd, data), START), 'IMAGE_ADDRESS_INVALID', details);
    expectFault(() => read(sRecord(0, 0), START), 'IMAGE_EMPTY');
  });

  test('more records than any file has are too large', () => {
    const many = `${'S5030000FC\n'.repeat(2_097_153)}${START}\n`;
    expectFault(() => readSRecordFile(Buffer.from(many)), 'IMAGE_TOO_LARGE', { limit: 'records' });
  });
});
