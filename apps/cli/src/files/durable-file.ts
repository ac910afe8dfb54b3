import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes a file so that a power cut leaves all of it or what was there before, and the file itself once this has resolved. */
export async function writeDurably(path: string, content: Uint8Array): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await using handle = await open(aside, 'wx');
    await handle.writeFile(content);
    await handle.sync();
    await rename(aside, path);
  } catch (thrown) {
    await rm(aside, { force: true });
    throw thrown;
  }
  await keepName(path);
}

/** A new name is kept only when its folder is; Windows has no such thing. */
async function keepName(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using folder = await open(dirname(path), 'r');
  await folder.sync();
}
