import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asFault, Fault, type Image, momentOf, Sha256 } from '@flashline/contracts';
import { digestOf, programmed, rangeInfo, readImage } from '@flashline/firmware';
import type { Ledger } from '@flashline/store';
import type { RecordGuard } from './line/record-guard.ts';
import type { Time } from './time.ts';

/** What the shelf stands on. */
export interface ImageShelfParts {
  /** The data folder; images live in its folder `images`, each under its sha256. */
  readonly folder: string;
  readonly ledger: Ledger;
  readonly guard: RecordGuard;
  readonly time: Time;
  readonly newId: () => string;
}

/** The firmware images that were uploaded. A name that a person gave is kept as text and never becomes a path. */
export class ImageShelf {
  readonly #parts: ImageShelfParts;
  readonly #folder: string;

  constructor(parts: ImageShelfParts) {
    this.#parts = parts;
    this.#folder = join(parts.folder, 'images');
  }

  /** Makes the folder. Throws DATA_NOT_WRITABLE. */
  async open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true }).catch((cause: unknown) => {
      throw new Fault('DATA_NOT_WRITABLE', { folder: this.#folder }, { cause });
    });
  }

  /** Keeps an image, once it was read without a fault. `fresh` is false when it was known. Throws IMAGE_ faults. */
  async add(file: Uint8Array, name: string): Promise<{ readonly image: Image; readonly fresh: boolean }> {
    const image = describe(file, name, momentOf(this.#parts.time.epochMs()));
    const { ledger, guard } = this.#parts;
    await this.#keep(image.sha256, file);
    const fresh = ledger.image(image.sha256) === null;
    return { image: guard.write(() => ledger.addImage(image)), fresh };
  }

  /** Where the file of an image is. The file may be missing or damaged: use `fetch` unless the reader checks it. */
  path(sha256: string): string {
    return join(this.#folder, Sha256.parse(sha256));
  }

  /** The file as it was uploaded. Throws IMAGE_UNAVAILABLE when it is missing or no longer what it was. */
  async fetch(sha256: string): Promise<Uint8Array> {
    const file = await readFile(this.path(sha256)).catch((cause: unknown) => {
      throw new Fault('IMAGE_UNAVAILABLE', { image: sha256 }, { cause });
    });
    if (sha256Of(file) !== sha256) throw new Fault('IMAGE_UNAVAILABLE', { image: sha256, found: sha256Of(file) });
    return file;
  }

  /** Whole or not at all: a power cut leaves no half file under the name of a good one. */
  async #keep(sha256: string, file: Uint8Array): Promise<void> {
    const draft = join(this.#folder, `${this.#parts.newId()}.part`);
    try {
      await writeDurably(draft, file);
      await rename(draft, this.path(sha256));
      await syncFolder(this.#folder);
    } catch (thrown) {
      await rm(draft, { force: true });
      throw asFault(thrown, 'DATA_NOT_WRITABLE');
    }
  }
}

function describe(file: Uint8Array, name: string, uploadedAt: string): Image {
  const firmware = readImage(file, { name });
  const ranges = programmed(firmware);
  if (ranges.length === 0) throw new Fault('IMAGE_EMPTY', { alternate: 0 });
  return {
    sha256: sha256Of(file),
    name,
    format: firmware.format,
    fileBytes: file.length,
    ranges: rangeInfo(ranges),
    content: digestOf(ranges),
    uploadedAt,
  };
}

function sha256Of(file: Uint8Array): string {
  return createHash('sha256').update(file).digest('hex');
}

async function writeDurably(path: string, file: Uint8Array): Promise<void> {
  const handle = await open(path, 'wx', 0o640);
  try {
    await handle.writeFile(file);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The name in the folder must be on the disk, too. Windows cannot open folders and needs no such thing. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
