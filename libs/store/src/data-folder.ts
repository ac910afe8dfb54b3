import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Fault } from '@flashline/contracts';
import { holdExclusively } from './sqlite/opening.ts';

/** A data folder that this process owns. */
export interface DataFolderLock {
  /** Another process may take the folder from now on. */
  release(): void;
}

/** Makes a folder belong to this process until it ends, `kill -9` included. Faults: DATA_IN_USE, DATA_NOT_WRITABLE. */
export function lockDataFolder(folder: string): DataFolderLock {
  // Nothing else in this process may open this file: closing it there would drop the POSIX lock here.
  return { release: holdExclusively(join(createDataFolder(folder), 'station.lock')) };
}

/** The absolute path of a data folder, which exists when this returns. Faults: DATA_NOT_WRITABLE. */
export function createDataFolder(folder: string): string {
  const path = resolve(folder);
  try {
    mkdirSync(path, { recursive: true });
    return path;
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Fault('DATA_NOT_WRITABLE', { folder: path, reason }, { cause: thrown });
  }
}
