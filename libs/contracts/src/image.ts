import { z } from 'zod';
import { Crc32, Moment, Sha256, U32 } from './names.ts';

/** The largest image file the station accepts, in bytes. */
export const IMAGE_FILE_BYTES_MAX = 64 * 1024 * 1024;

export const ImageFormat = z.enum(['hex', 'bin', 'dfu', 'elf', 'srec', 'uf2']);
export type ImageFormat = z.infer<typeof ImageFormat>;

/** A run of consecutive bytes of an image. */
export const RangeInfo = z.strictObject({ address: U32, bytes: z.int().positive() });
export type RangeInfo = z.infer<typeof RangeInfo>;

/** What the programmed bytes are, range after range in address order: the thing a read-back must equal. */
export const Digest = z.strictObject({ bytes: z.int().nonnegative(), crc32: Crc32, sha256: Sha256 });
export type Digest = z.infer<typeof Digest>;

/** An uploaded image. `sha256` names the file as uploaded; `content` is what ends up on a board. */
export const Image = z.strictObject({
  sha256: Sha256,
  name: z.string().max(255),
  format: ImageFormat,
  fileBytes: z.int().positive(),
  /** Where its bytes go. A raw binary does not know: its range starts at 0 and the work order gives the address. */
  ranges: z.array(RangeInfo),
  content: Digest,
  uploadedAt: Moment,
});
export type Image = z.infer<typeof Image>;
