import fc from 'fast-check';
import type { Range } from '../image.ts';

/** Ranges that neither touch nor overlap, in address order, anywhere in 32 bits including both ends. */
export const arbitraryRanges: fc.Arbitrary<readonly Range[]> = fc
  .record({
    start: fc.oneof(fc.constantFrom(0, 0x0800_0000, 0x9000_0000), fc.integer({ min: 0, max: 0xffff_0000 })),
    isAtTheEnd: fc.boolean(),
    pieces: fc.array(
      fc.record({
        gap: fc.oneof(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 0x3_0000 })),
        data: fc.uint8Array({ minLength: 1, maxLength: 700 }),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  })
  .map(({ start, isAtTheEnd, pieces }) => {
    const span = pieces.reduce((sum, { gap, data }) => sum + gap + data.length, 0);
    const first = isAtTheEnd || start + span > 2 ** 32 ? 2 ** 32 - span : start;
    let end = first;
    return pieces.map(({ gap, data }) => {
      const address = end + gap;
      end = address + data.length;
      return { address, data };
    });
  });
