import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault, IMAGE_FILE_BYTES_MAX } from '@flashline/contracts';
import type { ImageSource } from './attempt.ts';
import { SharedWork } from './shared-work.ts';

/** A coordinator that has not sent a whole image by then will not. */
const FETCH_MS_MAX = 60_000;

/**
 * Images fetched from a coordinator on another host, kept in a folder under their sha256 and checked on every use. Those who want the
 * same image share one fetch, which ends with the last of them.
 */
export function imagesFrom(coordinatorUrl: string, folder: string): ImageSource {
  const fetches = new SharedWork(async (sha256, signal) => {
    const path = join(folder, sha256);
    if (!(await isIntact(path, sha256))) await download(coordinatorUrl, sha256, { path, signal });
    return path;
  });
  return (sha256, signal) => fetches.wait(sha256, signal);
}

async function isIntact(path: string, sha256: string): Promise<boolean> {
  const file = await readFile(path).catch(() => null);
  return file !== null && hashOf(file) === sha256;
}

interface Download {
  readonly path: string;
  readonly signal: AbortSignal;
}

async function download(coordinatorUrl: string, sha256: string, { path, signal }: Download): Promise<void> {
  const url = new URL(`api/v1/images/${sha256}/file`, coordinatorUrl);
  try {
    const file = await fetchAll(url, signal);
    const found = hashOf(file);
    if (found !== sha256) throw new Fault('IMAGE_UNAVAILABLE', { image: sha256, found });
    await keep(path, file);
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown;
    throw new Fault('IMAGE_UNAVAILABLE', { image: sha256, reason: String(thrown) }, { cause: thrown });
  }
}

async function fetchAll(url: URL, signal: AbortSignal): Promise<Buffer> {
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(FETCH_MS_MAX)]);
  const response = await fetch(url, { signal: inTime, redirect: 'error' });
  if (!response.ok || response.body === null) throw new Error(`the coordinator answered ${response.status}`);
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body) {
    bytes += part.length;
    if (bytes > IMAGE_FILE_BYTES_MAX) throw new Error('the answer is larger than any image');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Written aside and renamed, so that a worker that dies here leaves no half an image under its name. */
async function keep(path: string, file: Buffer): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  const aside = `${path}.${randomUUID()}`;
  const handle = await open(aside, 'wx');
  try {
    await handle.writeFile(file);
    await handle.sync();
    await handle.close();
    await rename(aside, path);
  } catch (thrown) {
    await handle.close().catch(() => {});
    await rm(aside, { force: true });
    throw thrown;
  }
}

function hashOf(file: Buffer): string {
  return createHash('sha256').update(file).digest('hex');
}
