import { malformed } from '../image-fault.ts';

// Layout: Microsoft, "USB Flashing Format (UF2)", github.com/microsoft/uf2. All numbers are little-endian.
/** Bytes of a block. */
export const UF2_BLOCK_BYTES = 512;
const MAGIC = { start: 0x0a32_4655, second: 0x9e5d_5157, end: 0x0ab1_6f30 } as const;
const FLAG = { notMainFlash: 0x0001, fileContainer: 0x1000, family: 0x2000, md5: 0x4000 } as const;
const DATA_OFFSET = 32;
const DATA_BYTES_MAX = 476;
/** Of a region of flash that the block lies in, at the end of its data; only ESP32 uses it. */
const MD5_BYTES = 24;

/** One block of a UF2 file. */
export interface Uf2Block {
  /** False for comments and the like: they are never written. */
  readonly isForFlash: boolean;
  readonly address: number;
  readonly data: Uint8Array;
  /** blockNo, from 0. */
  readonly number: number;
  /** numBlocks, of the whole file. */
  readonly count: number;
  /** The kind of chip it is for; null when it does not say. */
  readonly family: number | null;
}

/** Reads the block at an index of a file that holds it. Throws IMAGE_MALFORMED. */
export function uf2BlockAt(file: Uint8Array, block: number): Uf2Block {
  const start = block * UF2_BLOCK_BYTES;
  const view = new DataView(file.buffer, file.byteOffset + start, UF2_BLOCK_BYTES);
  const u32 = (offset: number) => view.getUint32(offset, true);
  if (u32(0) !== MAGIC.start || u32(4) !== MAGIC.second || u32(508) !== MAGIC.end) {
    throw malformed('not a UF2 block', { block });
  }
  const has = (flag: number) => (u32(8) & flag) !== 0;
  if (has(FLAG.fileContainer)) throw malformed('it holds files, not flash', { block });
  const bytes = u32(16);
  if (bytes > DATA_BYTES_MAX - (has(FLAG.md5) ? MD5_BYTES : 0)) throw malformed('payload of a block', { block, bytes });
  const dataAt = start + DATA_OFFSET;
  return {
    isForFlash: !has(FLAG.notMainFlash),
    address: u32(12),
    data: file.subarray(dataAt, dataAt + bytes),
    number: u32(20),
    count: u32(24),
    family: has(FLAG.family) ? u32(28) : null,
  };
}
