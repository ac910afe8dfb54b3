import type { Computer } from '../computer/computer.ts';
import { bad, ok, unknown, type Verdict, warn } from '../verdict.ts';
import { existingFolder } from './data-folder.ts';

/** A megabyte of records is about a thousand boards; images and what boards held before come on top. */
const WARN_BYTES = 2 * 1024 ** 3;
const BAD_BYTES = 200 * 1024 ** 2;

/** Whether there is room for records below the data folder. */
export async function diskSpace(computer: Computer, dataFolder: string): Promise<Verdict> {
  const folder = await existingFolder(computer, dataFolder);
  const space = await computer.diskSpace(folder);
  if (space === null) return unknown(`The system does not tell how much room there is in ${folder}.`);
  const says = `${size(space.freeBytes)} of ${size(space.totalBytes)} are free for ${dataFolder}`;
  const look = computer.platform === 'win32' ? [] : [`df -h ${folder}`, `du -xh --max-depth=1 ${folder} | sort -h`];
  if (space.freeBytes < BAD_BYTES) return bad(`The disk is full: ${says}.`, look);
  if (space.freeBytes < WARN_BYTES) return warn(`The disk is nearly full: ${says}.`, look);
  return ok(`${says}.`);
}

function size(bytes: number): string {
  return bytes < 1024 ** 3 ? `${Math.floor(bytes / 1024 ** 2)} MB` : `${Math.floor(bytes / 1024 ** 3)} GB`;
}
