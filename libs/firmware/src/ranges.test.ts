import { crc32 } from 'node:zlib';
import { Digest } from '@flashline/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Range } from './image.ts';
import { digestOf, joinRanges, rangeInfo } from './ranges.ts';
import { arbitraryRanges } from './testing/arbitrary-ranges.ts';
import { expectFault } from './testing/expect-fault.ts';

function at(address: number, ...bytes: readonly number[]): Range {
  return { address, data: Uint8Array.from(bytes) };
}

test('ranges cut anywhere and shuffled are joined to what they were', () => {
  const cut = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(arbitraryRanges, cut, fc.infiniteStream(fc.nat()), (ranges, sizes, keys) => {
      const pieces = ranges.flatMap((range) => cutUp(range, sizes));
      const shuffled = pieces.map((piece) => ({ piece, key: keys.next().value ?? 0 })).sort((a, b) => a.key - b.key);
      expect(joinRanges(shuffled.map(({ piece }) => piece))).toEqual(ranges);
    }),
  );
});

test('an empty piece is nothing, not even in the middle of another', () => {
  expect(joinRanges([at(5), at(4, 1, 2, 3)])).toEqual([at(4, 1, 2, 3)]);
  expect(joinRanges([])).toEqual([]);
});

test('joined ranges share no memory with their pieces, whatever kind of array those are', () => {
  const data = Buffer.from([1, 2, 3]);
  const ranges = joinRanges([{ address: 0, data }]);
  data.fill(0);
  expect(ranges).toEqual([at(0, 1, 2, 3)]);
});

test('one byte claimed twice is an overlap, with its address', () => {
  expectFault(() => joinRanges([at(2, 1), at(0, 1, 2, 3)]), 'IMAGE_OVERLAP', { address: '0x00000002' });
});

test('65,536 ranges are accepted, one more is too many', () => {
  const scattered = Array.from({ length: 65_537 }, (_, index) => at(2 * index, 1));
  expect(joinRanges(scattered.slice(1))).toHaveLength(65_536);
  expectFault(() => joinRanges(scattered), 'IMAGE_TOO_LARGE', { limit: 'ranges', max: 65_536 });
});

test('the digest is that of all bytes in address order', () => {
  const ranges = [at(0x20, 0x64, 0x65, 0x66), at(0x10, 0x61, 0x62, 0x63)];
  expect(digestOf(ranges)).toEqual({
    bytes: 6,
    crc32: crc32('abcdef').toString(16),
    sha256: 'bef57ec7f53a6d40beb640a780a639c83bc29ac8a9816f1fc6c5c6dcd93c4721',
  });
  expect(ranges[0]?.address).toBe(0x20);
});

test('the check value of CRC-32 is 0xcbf43926', () => {
  expect(digestOf([{ address: 0, data: Buffer.from('123456789') }]).crc32).toBe('cbf43926');
});

test('a digest has the shape of the contract, also with leading zeros and without bytes', () => {
  expect(digestOf([])).toMatchObject({ bytes: 0, crc32: '00000000' });
  fc.assert(fc.property(arbitraryRanges, (ranges) => void Digest.parse(digestOf(ranges))));
});

test('range info tells where and how long', () => {
  expect(rangeInfo([at(0x10, 1, 2, 3)])).toEqual([{ address: 0x10, bytes: 3 }]);
});

function cutUp({ address, data }: Range, sizes: readonly number[]): Range[] {
  const pieces: Range[] = [];
  for (let start = 0; start < data.length; ) {
    const size = sizes[pieces.length % sizes.length] ?? 1;
    pieces.push({ address: address + start, data: data.subarray(start, start + size) });
    start += size;
  }
  return pieces;
}
