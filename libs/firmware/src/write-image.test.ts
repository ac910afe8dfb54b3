import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readDfuseFile } from './binary-formats/dfuse-file.ts';
import { writeDfuseFile } from './binary-formats/dfuse-writer.ts';
import { programmed } from './image.ts';
import { readImage } from './read-image.ts';
import { arbitraryRanges } from './testing/arbitrary-ranges.ts';
import { expectFault } from './testing/expect-fault.ts';
import { writeDfu } from './testing/write-dfu.ts';
import { writeImage } from './write-image.ts';

const code = { address: 0x0800_0000, data: Uint8Array.of(1, 2, 3, 4) };
const more = { address: 0x0802_0000, data: Uint8Array.of(5) };
const DEVICE = { vendorId: 0x0483, productId: 0xdf11, bcdDevice: null };

describe('writing an image', () => {
  test.each(['hex', 'srec', 'dfu'] as const)('%s that was written is read back, in any order', (format) => {
    fc.assert(
      fc.property(arbitraryRanges, (ranges) => {
        const file = writeImage(ranges.toReversed(), format);
        expect(programmed(readImage(file, { name: `a.${format}` }))).toEqual(ranges);
      }),
    );
  });

  test('Intel HEX is what objcopy writes', () => {
    const text = Buffer.from(writeImage([code, { ...more, address: 0x0800_000f, data: Uint8Array.of(5, 6) }], 'hex'));
    expect(text.toString()).toBe(':020000040800F2\n:0400000001020304F2\n:01000F0005EB\n:0100100006E9\n:00000001FF\n');
  });

  test('S-records have a header, a count and a start, and no count of more than fits', () => {
    expect(Buffer.from(writeImage([code], 'srec')).toString()).toBe(
      'S0030000FC\nS3090800000001020304E4\nS5030001FB\nS70500000000FA\n',
    );
    const large = writeImage([{ address: 0, data: new Uint8Array(32 * 0x1_0000) }], 'srec');
    expect(Buffer.from(large).toString().split('\n').at(-3)).toMatch(/^S325001FFFE0/);
  });

  test('a raw binary is the bytes, and has no gaps', () => {
    expect(writeImage([{ ...more, address: code.address + 4 }, code], 'bin')).toEqual(Uint8Array.of(1, 2, 3, 4, 5));
    expectFault(() => writeImage([more, code], 'bin'), 'IMAGE_MALFORMED', { address: '0x08000004' });
  });

  test.each(['hex', 'srec', 'dfu', 'bin'] as const)('%s of nothing, or of bytes that overlap, is refused', (format) => {
    expectFault(() => writeImage([], format), 'IMAGE_EMPTY');
    expectFault(() => writeImage([code, code], format), 'IMAGE_OVERLAP', { address: '0x08000000' });
  });
});

describe('writing DfuSe', () => {
  test('a .dfu file is the one that other tools write', () => {
    expect(Buffer.from(writeImage([more, code], 'dfu', DEVICE))).toEqual(
      Buffer.from(writeDfu([{ alternate: 0, name: null, elements: [code, more] }])),
    );
  });

  test('without a device it is for any', () => {
    expect(readDfuseFile(writeImage([code], 'dfu')).device).toEqual({
      vendorId: null,
      productId: null,
      bcdDevice: null,
    });
  });

  test('targets, names and ids come back, and nothing about the file is odd', () => {
    const id = fc.option(fc.integer({ min: 0, max: 0xfffe }));
    const device = fc.record({ vendorId: id, productId: id, bcdDevice: id });
    const name = fc.option(fc.stringMatching(/^[ -~]{0,254}$/));
    const target = fc.record({ alternate: fc.integer({ min: 0, max: 255 }), name, ranges: arbitraryRanges });
    const targets = fc.uniqueArray(target, { minLength: 1, maxLength: 4, selector: ({ alternate }) => alternate });
    fc.assert(
      fc.property(targets, device, (unsorted, ids) => {
        const image = { targets: unsorted.toSorted((a, b) => a.alternate - b.alternate) };
        const expected = { format: 'dfu', targets: image.targets, device: ids, warnings: [] };
        expect(readDfuseFile(writeDfuseFile(image, ids))).toEqual(expected);
      }),
    );
  });

  test('a name too long for its field is cut, and still ends', () => {
    const file = writeDfuseFile({ targets: [{ alternate: 0, name: 'x'.repeat(300), ranges: [code] }] }, DEVICE);
    expect(readDfuseFile(file).targets[0]?.name).toBe('x'.repeat(254));
    expect(file.subarray(11 + 11 + 254, 11 + 11 + 255)).toEqual(Buffer.of(0));
  });

  test('more than a file can say is too large', () => {
    const targets = Array.from({ length: 256 }, (_, alternate) => ({ alternate, name: null, ranges: [code] }));
    expectFault(() => writeDfuseFile({ targets }, DEVICE), 'IMAGE_TOO_LARGE', { limit: 'targets', max: 255 });
    expect(readDfuseFile(writeDfuseFile({ targets: targets.slice(1) }, DEVICE)).targets).toHaveLength(255);
    const scattered = Array.from({ length: 65_537 }, (_, at) => ({ ...more, address: 2 * at }));
    const many = [{ alternate: 0, name: null, ranges: scattered }];
    expectFault(() => writeDfuseFile({ targets: many }, DEVICE), 'IMAGE_TOO_LARGE', { limit: 'elements' });
    const large = { alternate: 0, name: null, ranges: [{ address: 0, data: new Uint8Array(64 * 1024 * 1024 - 308) }] };
    expectFault(() => writeDfuseFile({ targets: [large] }, DEVICE), 'IMAGE_TOO_LARGE', { limit: 'bytes' });
    expectFault(() => writeDfuseFile({ targets: [] }, DEVICE), 'IMAGE_EMPTY');
  });
});
