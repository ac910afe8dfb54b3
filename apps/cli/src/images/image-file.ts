import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { unreadableFile } from '@flashline/config';
import { type Digest, Fault, IMAGE_FILE_BYTES_MAX } from '@flashline/contracts';
import { digestOf, type FirmwareImage, programmed, readImage } from '@flashline/firmware';

/** An image file that was read and understood. */
export interface ImageFile {
  readonly path: string;
  /** Where a raw binary was said to go. */
  readonly loadAddress: number | null;
  readonly bytes: number;
  /** Of the file; what is programmed has its own digest. */
  readonly sha256: string;
  readonly image: FirmwareImage;
  readonly content: Digest;
}

/** Reads an image file. Faults: FILE_UNREADABLE and everything an image can have wrong. */
export async function readImageFile(file: string, loadAddress: number | null): Promise<ImageFile> {
  const path = resolve(file);
  const bytes = await readLimited(path);
  const image = readImage(bytes, { name: path, loadAddress });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { path, loadAddress, bytes: bytes.length, sha256, image, content: digestOf(programmed(image)) };
}

/** Reads an image that is about to be flashed: a raw binary must be told where it goes. */
export async function readFlashableFile(file: string, loadAddress: number | null): Promise<ImageFile> {
  const read = await readImageFile(file, loadAddress);
  if (read.image.format === 'bin' && loadAddress === null) throw new Fault('IMAGE_ADDRESS_NEEDED', { file });
  return read;
}

async function readLimited(path: string): Promise<Buffer> {
  try {
    await using handle = await open(path, 'r');
    const stat = await handle.stat();
    if (!stat.isFile()) throw new Fault('FILE_UNREADABLE', { file: path, reason: 'it is not a file' });
    if (stat.size > IMAGE_FILE_BYTES_MAX) throw new Fault('IMAGE_TOO_LARGE', { file: path, bytes: stat.size });
    return await handle.readFile();
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown;
    throw unreadableFile(path, thrown);
  }
}
