import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** As much as one commit of the journal. */
const PROBE_BYTES = 4096;
/** The first sync of a disk that slept says nothing; the last one is what counts. */
const SYNCS = 3;

/** How long the disk below a folder takes to keep a small file, in ms, or the error code. Leaves nothing there. */
export async function syncMs(folder: string): Promise<number | string> {
  const path = join(folder, `.flashline-doctor-${randomUUID()}`);
  try {
    await using file = await open(path, 'wx');
    let tookMs = 0;
    for (let n = 0; n < SYNCS; n++) {
      await file.write(Buffer.alloc(PROBE_BYTES, n), 0, PROBE_BYTES, 0);
      const began = performance.now();
      await file.sync();
      tookMs = performance.now() - began;
    }
    return tookMs;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
  } finally {
    await rm(path, { force: true }).catch(() => undefined);
  }
}
