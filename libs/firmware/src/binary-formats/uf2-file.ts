import { Fault, hex32 } from '@flashline/contracts';
import { type FirmwareImage, plainImage } from '../image.ts';
import { malformed } from '../image-fault.ts';
import { UF2_BLOCK_BYTES, type Uf2Block, uf2BlockAt } from './uf2-block.ts';

// Ours, not uf2 from npm: it is not kept, and it believes the numbers in a block.

const FAMILIES_TOLD_MAX = 8;

/**
 * Reads a UF2 file: every block exactly once, in any order, all for one family of chips. The format has no checksum.
 * Throws IMAGE_TRUNCATED, IMAGE_MALFORMED with the block, and the faults of `plainImage`.
 */
export function readUf2File(file: Uint8Array): FirmwareImage {
  const bytes = file.length;
  if (bytes % UF2_BLOCK_BYTES !== 0) throw new Fault('IMAGE_TRUNCATED', { reason: 'the last block is cut', bytes });
  const blocks = Array.from({ length: bytes / UF2_BLOCK_BYTES }, (_, block) => uf2BlockAt(file, block));
  const forFlash = blocks.filter(({ isForFlash }) => isForFlash);
  // First: files for several families are just put one after the other, each with its own numbers.
  checkFamilies(forFlash);
  checkNumbers(blocks);
  return plainImage('uf2', forFlash);
}

function checkFamilies(blocks: readonly Uf2Block[]): void {
  const found = [...new Set(blocks.map(({ family }) => family))];
  if (found.length < 2) return;
  const told = found.slice(0, FAMILIES_TOLD_MAX).map((family) => (family === null ? 'none' : hex32(family)));
  throw malformed('made for several families of chips', { families: told.join(' ') });
}

function checkNumbers(blocks: readonly Uf2Block[]): void {
  const seen = new Uint8Array(blocks.length);
  for (const [block, { number, count }] of blocks.entries()) {
    if (count > blocks.length) throw new Fault('IMAGE_TRUNCATED', { blocks: blocks.length, declared: count });
    if (count !== blocks.length) throw malformed('number of blocks', { block, blocks: blocks.length, declared: count });
    if (number >= count) throw malformed('number of a block', { block, number });
    if (seen[number] === 1) throw malformed('a block appears twice', { block, number });
    seen[number] = 1;
  }
}
