import { type Digest, Fault, type Recipe } from '@flashline/contracts';
import { composeImage, digestOf, type FirmwareImage, programmed } from '@flashline/firmware';
import { parseAddress } from '../options.ts';
import { type ImageFile, readFlashableFile } from './image-file.ts';

/** Image files that are programmed together, and what they make with the patches laid over them. */
export interface ImageSet {
  readonly files: readonly [ImageFile, ...ImageFile[]];
  readonly image: FirmwareImage;
  /** Of everything that is programmed. */
  readonly content: Digest;
}

const FILES_MAX = 16;
/** A raw binary may be followed by its address: `app.bin@0x08010000`. */
const WITH_ADDRESS = /^(.+)@(-?\d\w*)$/;

/**
 * Reads the image files of a command line. `address` is where the only one goes if it is a raw binary. Faults: USAGE, FILE_UNREADABLE
 * and everything that images can have wrong, by themselves and together.
 */
export async function readImageSet(
  names: readonly string[],
  address: number | null,
  patches: Readonly<Recipe['patches']>,
): Promise<ImageSet> {
  if (names.length > FILES_MAX) throw new Fault('USAGE', { images: names.length, max: FILES_MAX });
  if (names.length > 1 && address !== null)
    throw new Fault('USAGE', { reason: 'with several images, say it behind each raw binary: app.bin@0x08010000' });
  const files: ImageFile[] = [];
  for (const name of names) files.push(await readNamed(name, address));
  const [first, ...others] = files;
  if (first === undefined) throw new Fault('USAGE', { reason: 'no image' });
  const overlay = patches.map(({ address: at, data }) => ({ address: at, data: Buffer.from(data, 'hex') }));
  const image = composeImage(
    files.map(({ path, image: one }) => ({ name: path, image: one })),
    overlay,
  );
  return { files: [first, ...others], image, content: digestOf(programmed(image)) };
}

function readNamed(name: string, address: number | null): Promise<ImageFile> {
  const [, file = name, behind] = WITH_ADDRESS.exec(name) ?? [];
  if (behind === undefined) return readFlashableFile(file, address);
  if (address !== null) throw new Fault('USAGE', { reason: 'one address is enough', file: name });
  return readFlashableFile(file, parseAddress(behind));
}
