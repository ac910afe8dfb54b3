import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { programmed } from '../image.ts';
import { arbitraryRanges } from '../testing/arbitrary-ranges.ts';
import { expectFault } from '../testing/expect-fault.ts';
import { FAMILY, type Uf2Fields, uf2Block, WITH_FAMILY, writeUf2 } from '../testing/write-uf2.ts';
import { readUf2File } from './uf2-file.ts';

const data = Uint8Array.from({ length: 256 }, (_, at) => at);
const first: Uf2Fields = { targetAddr: 0x0800_0000, blockNo: 0, numBlocks: 2, data };
const second: Uf2Fields = { ...first, targetAddr: 0x0800_0100, blockNo: 1 };
const whole = [{ address: 0x0800_0000, data: Uint8Array.of(...data, ...data) }];

function read(...blocks: readonly Uf2Fields[]) {
  return readUf2File(Buffer.concat(blocks.map(uf2Block)));
}

describe('reading UF2', () => {
  test('blocks are joined, in whatever order they come', () => {
    expect(read(first, second)).toEqual({
      format: 'uf2',
      targets: [{ alternate: 0, name: null, ranges: whole }],
      device: null,
      warnings: [],
    });
    expect(programmed(read(second, first))).toEqual(whole);
  });

  test('a file that names no family, or has tags and padding after its payload, is read the same', () => {
    for (const flags of [0, WITH_FAMILY | 0x8000]) {
      expect(programmed(read({ ...first, flags }, { ...second, flags }))).toEqual(whole);
    }
  });

  test('blocks that are not for flash count, and are left out', () => {
    const comment = { ...second, flags: 1, familyId: 7 };
    expect(programmed(read(first, comment))).toEqual([{ address: first.targetAddr, data }]);
    expectFault(() => read({ ...first, flags: 1 }, comment), 'IMAGE_EMPTY');
  });

  test('what was written comes back', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 476 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(arbitraryRanges, sizes, (ranges, payloads) => {
        expect(programmed(readUf2File(writeUf2(ranges, payloads)))).toEqual(ranges);
      }),
    );
  });
});

describe('refusing UF2', () => {
  test('a file cut anywhere is truncated', () => {
    const file = writeUf2([
      { address: 0, data: data.subarray(0, 3) },
      { address: 16, data },
    ]);
    for (let length = 1; length < file.length; length++) {
      expectFault(() => readUf2File(file.subarray(0, length)), 'IMAGE_TRUNCATED');
    }
  });

  test.each([0, 4, 508])('a block with a changed magic number at %i is malformed', (offset) => {
    const file = Buffer.concat([uf2Block(first), uf2Block(second)]);
    file[512 + offset + 1] = (file[512 + offset + 1] ?? 0) ^ 1;
    expectFault(() => readUf2File(file), 'IMAGE_MALFORMED', { block: 1 });
  });

  test('a payload that its block cannot hold is malformed, sooner with an MD5', () => {
    expect(programmed(read({ ...first, payloadSize: 476 }, { ...second, targetAddr: 0 }))).toHaveLength(2);
    expectFault(() => read(first, { ...second, payloadSize: 477 }), 'IMAGE_MALFORMED', { block: 1, bytes: 477 });
    const summed = { ...first, flags: 0x4000, payloadSize: 452, numBlocks: 1 };
    expect(programmed(read(summed))).toHaveLength(1);
    expectFault(() => read({ ...summed, payloadSize: 453 }), 'IMAGE_MALFORMED', { block: 0, bytes: 453 });
  });

  test('a container of files is malformed', () => {
    expectFault(() => read({ ...first, flags: 0x1001 }, second), 'IMAGE_MALFORMED', { block: 0 });
  });

  test('more blocks than there are is truncated, without room being made for them', () => {
    expectFault(() => read({ ...first, numBlocks: 0xffff_ffff }), 'IMAGE_TRUNCATED', { declared: 0xffff_ffff });
    expectFault(() => read({ ...first, numBlocks: 3 }, { ...second, numBlocks: 3 }), 'IMAGE_TRUNCATED', { blocks: 2 });
  });

  test.each([
    ['fewer blocks than there are', [first, second, { ...second, blockNo: 2 }], { block: 0, declared: 2 }],
    ['blocks that do not agree how many there are', [first, { ...second, numBlocks: 1 }], { block: 1, declared: 1 }],
    ['a number past the last', [first, { ...second, blockNo: 2 }], { block: 1, number: 2 }],
    ['a block twice', [second, second], { block: 1, number: 1 }],
  ])('%s is malformed', (_, blocks, details) => {
    expectFault(() => read(...blocks), 'IMAGE_MALFORMED', details);
  });

  test('several families are refused, by name', () => {
    const other = [
      { ...first, familyId: 0x300f_5633 },
      { ...second, familyId: 0x300f_5633 },
    ];
    expectFault(() => read(first, second, ...other), 'IMAGE_MALFORMED', { families: '0x57755a57 0x300f5633' });
    expectFault(() => read(first, { ...second, flags: 0 }), 'IMAGE_MALFORMED', { families: '0x57755a57 none' });
    const many = Array.from({ length: 20 }, (_, blockNo) => ({ ...first, blockNo, familyId: FAMILY + blockNo }));
    expectFault(() => read(...many), 'IMAGE_MALFORMED', {
      families: many
        .slice(0, 8)
        .map(({ familyId }) => `0x${familyId.toString(16)}`)
        .join(' '),
    });
  });

  test('blocks that claim an address twice overlap, one past 32 bits has no valid address', () => {
    expectFault(() => read(first, { ...second, targetAddr: 0x0800_00ff }), 'IMAGE_OVERLAP', { address: '0x080000ff' });
    expectFault(() => read(first, { ...second, targetAddr: 0xffff_ff01 }), 'IMAGE_ADDRESS_INVALID', { bytes: 256 });
  });
});
