import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { composeImage, type ImagePart } from './composition.ts';
import { type DeviceIds, type FirmwareImage, programmed, type Range } from './image.ts';
import { digestOf } from './ranges.ts';
import { arbitraryRanges } from './testing/arbitrary-ranges.ts';
import { expectFault } from './testing/expect-fault.ts';

function at(address: number, ...bytes: readonly number[]): Range {
  return { address, data: Uint8Array.from(bytes) };
}

function part(name: string, ranges: readonly Range[], more: Partial<FirmwareImage> = {}): ImagePart {
  const targets = [{ alternate: 0, name: null, ranges }];
  return { name, image: { format: 'hex', targets, device: null, warnings: [], ...more } };
}

const boot = part('boot.hex', [at(0x0800_0000, 1, 2, 3, 4)]);
const application = part('app.elf', [at(0x0800_4000, 5, 6)], { format: 'elf' });

describe('several images', () => {
  test('become one, in any order, whose digest covers all of them', () => {
    for (const parts of [
      [boot, application],
      [application, boot],
    ]) {
      const image = composeImage(parts);
      expect(programmed(image)).toEqual([at(0x0800_0000, 1, 2, 3, 4), at(0x0800_4000, 5, 6)]);
      expect(digestOf(programmed(image))).toEqual(digestOf([at(0, 1, 2, 3, 4, 5, 6)]));
      expect(image.format).toBe(parts[0]?.image.format);
    }
  });

  test('that touch are joined', () => {
    expect(programmed(composeImage([boot, part('b', [at(0x0800_0004, 9)])]))).toEqual([at(0x0800_0000, 1, 2, 3, 4, 9)]);
  });

  test('may overlap where they are equal', () => {
    const same = part('b', [at(0x0800_0002, 3, 4, 5, 6), at(0x0800_4001, 6)]);
    const inner = part('c', [at(0x0800_0001, 2)]);
    expect(programmed(composeImage([boot, application, same, inner]))).toEqual([
      at(0x0800_0000, 1, 2, 3, 4, 5, 6),
      at(0x0800_4000, 5, 6),
    ]);
  });

  test('that differ where they overlap are refused, with both names and the first address', () => {
    const other = part('other.hex', [at(0x0800_0001, 2, 7, 8, 9)]);
    const details = { address: '0x08000002', first: 'boot.hex', second: 'other.hex' };
    expectFault(() => composeImage([boot, other]), 'IMAGE_OVERLAP', details);
    expectFault(() => composeImage([other, boot]), 'IMAGE_OVERLAP', details);
  });

  test('differ also behind a third that agrees with one of them', () => {
    const long = part('long', [at(0, 1, 1, 1, 1, 1, 1, 1, 1)]);
    const short = part('short', [at(2, 1, 1)]);
    const late = part('late', [at(3, 1, 1, 1, 2)]);
    expectFault(() => composeImage([late, short, long]), 'IMAGE_OVERLAP', {
      address: '0x00000006',
      first: 'long',
      second: 'late',
    });
  });

  test('keep their alternate settings and the first name of each', () => {
    const options = { alternate: 1, name: 'Option Bytes', ranges: [at(0x1fff_c000, 0xaa)] };
    const flash = { alternate: 0, name: 'Flash', ranges: [at(0x0800_0000, 1, 2)] };
    const dfu = part('a.dfu', [], { format: 'dfu', targets: [{ ...flash, name: null }, options] });
    const image = composeImage([
      part('o.dfu', [], { targets: [{ ...options, name: null }] }),
      dfu,
      boot,
      part('f', [], { targets: [flash] }),
    ]);
    expect(image.targets).toEqual([{ ...flash, ranges: programmed(boot.image) }, options]);
  });

  test('come in the order of their alternate settings', () => {
    const targets = [{ alternate: 2, name: null, ranges: [at(0, 1)] }];
    const other = part('b', [], { targets: [{ alternate: 1, name: null, ranges: [at(0, 1)] }] });
    const image = composeImage([part('a', [], { targets }), other, boot]);
    expect(image.targets.map(({ alternate }) => alternate)).toEqual([0, 1, 2]);
  });

  test('say whose warning it is', () => {
    const odd = part('odd.dfu', programmed(boot.image), { warnings: ['odd'] });
    expect(composeImage([odd, application]).warnings).toEqual(['odd.dfu: odd']);
  });

  test('are at least one, and no larger than a file', () => {
    expectFault(() => composeImage([], [at(0, 1)]), 'IMAGE_EMPTY');
    const large = part('large', [{ address: 0x0800_0000, data: new Uint8Array(64 * 1024 * 1024 - 1) }]);
    expect(composeImage([large], [at(0, 1)]).targets).toHaveLength(1);
    expectFault(() => composeImage([large], [at(0, 1, 2)]), 'IMAGE_TOO_LARGE', { limit: 'bytes' });
  });

  test('share no memory with what they were made of', () => {
    const data = Uint8Array.of(1, 2);
    const patch = Uint8Array.of(3);
    const image = composeImage([part('a', [{ address: 0, data }])], [{ address: 1, data: patch }]);
    data.fill(9);
    patch.fill(9);
    expect(programmed(image)).toEqual([at(0, 1, 3)]);
  });
});

describe('patches', () => {
  test.each([
    ['replace bytes', [at(0x0800_0001, 8, 9)], [at(0x0800_0000, 1, 8, 9, 4)]],
    ['replace all there is', [at(0x0800_0000, 6, 7, 8, 9)], [at(0x0800_0000, 6, 7, 8, 9)]],
    ['add bytes', [at(0x0800_0010, 9)], [at(0x0800_0000, 1, 2, 3, 4), at(0x0800_0010, 9)]],
    ['do both', [at(0x0800_0003, 8, 9)], [at(0x0800_0000, 1, 2, 3, 8, 9)]],
    ['come before', [at(0x07ff_ffff, 8, 9)], [at(0x07ff_ffff, 8, 9, 2, 3, 4)]],
    ['touch each other', [at(0x0800_0002, 9), at(0x0800_0001, 8)], [at(0x0800_0000, 1, 8, 9, 4)]],
    ['may be empty', [at(0x0800_0002)], [at(0x0800_0000, 1, 2, 3, 4)]],
  ])('%s', (_, patches, expected) => {
    expect(programmed(composeImage([boot], patches))).toEqual(expected);
  });

  test('go over all parts, and are told by no part', () => {
    const image = composeImage([boot, application], [at(0x0800_0003, ...new Uint8Array(0x3ffe).fill(7))]);
    expect(digestOf(programmed(image)).bytes).toBe(0x4002);
    expect(programmed(image)).toHaveLength(1);
  });

  test('belong to alternate setting 0, also where the image has nothing', () => {
    const options = { alternate: 1, name: null, ranges: [at(0, 1)] };
    const image = composeImage([part('o', [], { targets: [options] })], [at(0, 2)]);
    expect(image.targets).toEqual([{ alternate: 0, name: null, ranges: [at(0, 2)] }, options]);
    expect(composeImage([part('o', [], { targets: [options] })]).targets).toEqual([options]);
  });

  test('that overlap each other are refused, even when they are equal', () => {
    const patches = [at(0x0800_0000, 1, 2), at(0x0800_0001, 2)];
    expectFault(() => composeImage([boot], patches), 'IMAGE_OVERLAP', { address: '0x08000001' });
  });

  test('past 32 bits have no valid address', () => {
    expectFault(() => composeImage([boot], [at(0xffff_ffff, 1, 2)]), 'IMAGE_ADDRESS_INVALID', { bytes: 2 });
  });
});

describe('what a composed image is made for', () => {
  const ids = (vendorId: number | null, productId: number | null, bcdDevice: number | null): DeviceIds => ({
    vendorId,
    productId,
    bcdDevice,
  });
  const made = (...devices: readonly (DeviceIds | null)[]) =>
    composeImage(devices.map((device, index) => part(`${index}`, [at(16 * index, 1)], { device }))).device;

  test('is what its parts are made for', () => {
    expect(made(null, null)).toBeNull();
    expect(made(null, ids(0x0483, null, 1))).toEqual(ids(0x0483, null, 1));
    expect(made(ids(0x0483, null, 1), ids(null, 0xdf11, 1))).toEqual(ids(0x0483, 0xdf11, 1));
    expect(made(ids(0x0483, null, 1), ids(0x0483, null, 2))).toEqual(ids(0x0483, null, null));
  });

  test('cannot be two devices', () => {
    const details = { field: 'vendorId', ids: '0x0483 0x2e3c' };
    expectFault(() => made(ids(0x0483, 1, 1), null, ids(0x2e3c, 1, 1)), 'IMAGE_MALFORMED', details);
    expectFault(() => made(ids(1, 0xdf11, 1), ids(1, 0, 1)), 'IMAGE_MALFORMED', {
      field: 'productId',
      ids: '0xdf11 0x0000',
    });
  });
});

test('any images and patches give what a byte-by-byte map gives, or are refused when it finds a conflict', () => {
  const small = fc.array(
    fc.record({ address: fc.nat(40), data: fc.uint8Array({ min: 0, max: 1, minLength: 1, maxLength: 9 }) }),
    {
      maxLength: 4,
    },
  );
  fc.assert(
    fc.property(fc.array(small, { minLength: 1, maxLength: 3 }), small, (images, patches) => {
      const parts = images.map((ranges, index) => part(`${index}`, apart(ranges)));
      const expected = mapOf(parts.flatMap(({ image }) => programmed(image)));
      const over = apart(patches);
      const act = () => composeImage(parts, over);
      if (expected === null) return expectFault(act, 'IMAGE_OVERLAP');
      for (const [address, byte] of mapOf(over) ?? []) expected.set(address, byte);
      expect(mapOf(programmed(act()))).toEqual(expected);
    }),
    { numRuns: 3000 },
  );
  fc.assert(
    fc.property(arbitraryRanges, (ranges) => {
      expect(programmed(composeImage([part('a', ranges), part('b', ranges)], ranges))).toEqual(ranges);
    }),
  );
});

/** In address order, without what overlaps or touches. */
function apart(ranges: readonly Range[]): Range[] {
  const kept: Range[] = [];
  let end = -1;
  for (const range of ranges.toSorted((a, b) => a.address - b.address)) {
    if (range.address <= end) continue;
    kept.push(range);
    end = range.address + range.data.length;
  }
  return kept;
}

/** Null when two ranges do not agree. */
function mapOf(ranges: readonly Range[]): Map<number, number> | null {
  const bytes = new Map<number, number>();
  for (const { address, data } of ranges) {
    for (const [index, byte] of data.entries()) {
      if ((bytes.get(address + index) ?? byte) !== byte) return null;
      bytes.set(address + index, byte);
    }
  }
  return new Map([...bytes].sort(([a], [b]) => a - b));
}
