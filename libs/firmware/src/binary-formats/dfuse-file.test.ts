import { Fault } from '@flashline/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { programmed } from '../image.ts';
import { arbitraryRanges } from '../testing/arbitrary-ranges.ts';
import { expectFault } from '../testing/expect-fault.ts';
import { type DfuTarget, ST_STYLE, sealed, withDfuSuffix, writeDfu } from '../testing/write-dfu.ts';
import { readDfuseFile } from './dfuse-file.ts';

const code = { address: 0x0800_0000, data: Uint8Array.of(1, 2, 3, 4, 5) };
const more = { address: 0x0802_0000, data: Uint8Array.of(6, 7) };
const FLASH = { alternate: 0, name: 'Internal Flash', elements: [code, more] };
const OPTIONS = { alternate: 1, name: null, elements: [{ address: 0x1fff_c000, data: Uint8Array.of(0xaa) }] };

/** Where the fields of the first target and of its first element stand. */
const AT = { version: 5, size: 6, targets: 10, signature: 11, targetSize: 277, elements: 281, element: 285 };

function patched(patch: (view: DataView) => void, targets: readonly DfuTarget[] = [FLASH]): Uint8Array {
  const file = writeDfu(targets);
  patch(new DataView(file.buffer, file.byteOffset, file.byteLength));
  return sealed(file);
}

describe('reading DfuSe files', () => {
  test('targets and elements become ranges per alternate setting', () => {
    const image = readDfuseFile(writeDfu([OPTIONS, FLASH]));
    expect(image).toEqual({
      format: 'dfu',
      targets: [
        { alternate: 0, name: 'Internal Flash', ranges: [code, more] },
        { alternate: 1, name: null, ranges: OPTIONS.elements },
      ],
      device: { vendorId: 0x0483, productId: 0xdf11, bcdDevice: null },
      warnings: [],
    });
  });

  test('a size that counts the suffix is accepted, with a warning', () => {
    const image = readDfuseFile(writeDfu([FLASH], { ...ST_STYLE, isFullSize: true }));
    expect(programmed(image)).toEqual([code, more]);
    expect(image.warnings).toEqual([expect.stringContaining('DFUImageSize')]);
  });

  test('a suffix that does not say DfuSe is accepted, with a warning', () => {
    const image = readDfuseFile(writeDfu([FLASH], { ...ST_STYLE, bcdDfu: 0x0100 }));
    expect(image.warnings).toEqual([expect.stringContaining('0x100')]);
  });

  test('wildcards in the suffix stand for any device', () => {
    const image = readDfuseFile(
      writeDfu([FLASH], { ...ST_STYLE, vendorId: 0xffff, productId: 0xffff, bcdDevice: 0x2200 }),
    );
    expect(image.device).toEqual({ vendorId: null, productId: null, bcdDevice: 0x2200 });
  });

  test('elements in any order, and an alternate setting in several targets, give the same ranges', () => {
    const image = readDfuseFile(
      writeDfu([
        { ...FLASH, name: null, elements: [more] },
        { ...FLASH, elements: [{ address: 0x0800_0005, data: Uint8Array.of(9) }, code] },
      ]),
    );
    expect(image.targets).toEqual([
      {
        alternate: 0,
        name: 'Internal Flash',
        ranges: [{ address: code.address, data: Uint8Array.of(1, 2, 3, 4, 5, 9) }, more],
      },
    ]);
  });

  test('the same addresses in different alternate settings do not overlap', () => {
    expect(readDfuseFile(writeDfu([FLASH, { ...FLASH, alternate: 2 }])).targets).toHaveLength(2);
  });

  test('elements and targets without bytes are left out', () => {
    const none = { address: 0x0900_0000, data: new Uint8Array() };
    const image = readDfuseFile(
      writeDfu([
        { ...FLASH, elements: [none, code] },
        { ...OPTIONS, elements: [none] },
      ]),
    );
    expect(image.targets).toEqual([{ alternate: 0, name: 'Internal Flash', ranges: [code] }]);
  });

  test('a name is printable text up to its first NUL', () => {
    const image = readDfuseFile(writeDfu([{ ...FLASH, name: 'A\x1b[31m\xe9B\0rest' }]));
    expect(image.targets[0]?.name).toBe('A[31mB');
  });

  test('what was written comes back', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 255 }), { maxLength: 4, minLength: 1 }),
        arbitraryRanges,
        fc.boolean(),
        (alternates, ranges, isFullSize) => {
          const targets = alternates.map((alternate) => ({ alternate, name: null, elements: ranges.toReversed() }));
          const image = readDfuseFile(writeDfu(targets, { ...ST_STYLE, isFullSize }));
          expect(image.targets.map(({ alternate }) => alternate)).toEqual(alternates.toSorted((a, b) => a - b));
          for (const alternate of alternates) expect(programmed(image, alternate)).toEqual(ranges);
        },
      ),
    );
  });
});

describe('refusing DfuSe files', () => {
  test('a file cut anywhere is truncated, or at best has no suffix', () => {
    const file = writeDfu([FLASH]);
    for (let length = 5; length < file.length; length++) {
      const isWithoutSuffix = length === file.length - 16;
      expectFault(
        () => readDfuseFile(file.subarray(0, length)),
        isWithoutSuffix ? 'IMAGE_MALFORMED' : 'IMAGE_TRUNCATED',
      );
    }
  });

  test('any one changed bit is found, before anything in the file is believed', () => {
    const file = writeDfu([FLASH, OPTIONS]);
    for (let bit = 40; bit < file.length * 8; bit++) {
      const changed = Uint8Array.from(file);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const at = bit >> 3;
      const isSuffixFrame = at >= file.length - 8 && at < file.length - 4;
      expectFault(() => readDfuseFile(changed), isSuffixFrame ? 'IMAGE_MALFORMED' : 'IMAGE_CHECKSUM');
    }
  });

  test.each([
    ['another version of the format', (view: DataView) => view.setUint8(AT.version, 2)],
    ['a size that is neither variant', (view: DataView) => view.setUint32(AT.size, view.byteLength - 15, true)],
    ['more targets than there are', (view: DataView) => view.setUint8(AT.targets, 2)],
    ['fewer targets than there are', (view: DataView) => view.setUint8(AT.targets, 0)],
    ['a target without its signature', (view: DataView) => view.setUint8(AT.signature, 0x74)],
    ['a target past the end', (view: DataView) => view.setUint32(AT.targetSize, 0xffff_ffff, true)],
    ['a target one byte too large', (view: DataView) => view.setUint32(AT.targetSize, 24, true)],
    ['a target one byte too small', (view: DataView) => view.setUint32(AT.targetSize, 22, true)],
    ['more elements than there are', (view: DataView) => view.setUint32(AT.elements, 3, true)],
    ['fewer elements than there are', (view: DataView) => view.setUint32(AT.elements, 1, true)],
    ['an element past the end of its target', (view: DataView) => view.setUint32(AT.element + 4, 0xffff_fff8, true)],
  ])('%s is malformed', (_, patch) => {
    expectFault(() => readDfuseFile(patched(patch)), 'IMAGE_MALFORMED');
  });

  test('an element may not reach into the next target', () => {
    const file = patched((view) => view.setUint32(AT.element + 4, 40, true), [{ ...FLASH, elements: [code] }, OPTIONS]);
    expectFault(() => readDfuseFile(file), 'IMAGE_MALFORMED', { target: 0, element: 0 });
  });

  test('a suffix of another length is malformed', () => {
    const file = writeDfu([FLASH]);
    file[file.length - 5] = 17;
    expectFault(() => readDfuseFile(sealed(file)), 'IMAGE_MALFORMED', { length: 17 });
  });

  test('more elements than any firmware has are too large', () => {
    const file = patched((view) => view.setUint32(AT.elements, 65_537, true));
    expectFault(() => readDfuseFile(file), 'IMAGE_TOO_LARGE', { limit: 'elements' });
    const half = { ...FLASH, elements: Array.from({ length: 40_000 }, () => ({ address: 0, data: new Uint8Array() })) };
    expectFault(() => readDfuseFile(writeDfu([half, half])), 'IMAGE_TOO_LARGE', { limit: 'elements' });
  });

  test('elements that overlap, in one target or in two of one alternate setting, overlap', () => {
    const overlap = { address: 0x0800_0004, data: Uint8Array.of(5) };
    const address = '0x08000004';
    expectFault(() => readDfuseFile(writeDfu([{ ...FLASH, elements: [code, overlap] }])), 'IMAGE_OVERLAP', { address });
    const second = { ...FLASH, elements: [overlap] };
    expectFault(() => readDfuseFile(writeDfu([FLASH, second])), 'IMAGE_OVERLAP', { address });
  });

  test('an element past 32 bits has no valid address', () => {
    const last = { address: 0xffff_ffff, data: Uint8Array.of(1) };
    expect(programmed(readDfuseFile(writeDfu([{ ...FLASH, elements: [last] }])))).toEqual([last]);
    const past = { ...last, data: Uint8Array.of(1, 2) };
    expectFault(() => readDfuseFile(writeDfu([{ ...FLASH, elements: [past] }])), 'IMAGE_ADDRESS_INVALID', {
      address: '0xffffffff',
    });
  });

  test('no target, or none with bytes, is empty', () => {
    expectFault(() => readDfuseFile(writeDfu([])), 'IMAGE_EMPTY');
    expectFault(() => readDfuseFile(writeDfu([{ ...FLASH, elements: [] }])), 'IMAGE_EMPTY');
  });

  test('a file whose checksum is right but whose inside is garbage ends in a fault or in proper ranges', () => {
    const file = writeDfu([FLASH, OPTIONS]);
    const change = fc.record({
      at: fc.integer({ min: 6, max: file.length - 17 }),
      value: fc.integer({ min: 0, max: 255 }),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12, minLength: 1 }), (changes) => {
        const changed = Uint8Array.from(file);
        for (const { at, value } of changes) changed[at] = value;
        expectImageOrFault(sealed(changed));
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 900 }), (body) => {
        const prefix = Buffer.from(file.subarray(0, 11));
        prefix.writeUInt32LE(11 + body.length, AT.size);
        expectImageOrFault(withDfuSuffix(Buffer.concat([prefix, body])));
      }),
    );
  });
});

function expectImageOrFault(file: Uint8Array): void {
  try {
    expect(readDfuseFile(file).targets.length).toBeGreaterThan(0);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    expect(error.code).toMatch(/^IMAGE_/);
  }
}
