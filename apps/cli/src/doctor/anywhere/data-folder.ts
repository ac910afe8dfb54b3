import { dirname } from 'node:path';
import type { Computer } from '../computer/computer.ts';
import { bad, ok, type Verdict, warn } from '../verdict.ts';

/** Nothing turns green before its record is on the disk: with eight boards ending at once, that is a second. */
const SLOW_MS = 100;

/** What is wrong with records on these file systems. */
const FRAGILE: ReadonlyMap<string, string> = new Map([
  ...['tmpfs', 'ramfs', 'devtmpfs'].map((type) => [type, 'memory, which is empty after a restart'] as const),
  ...['overlay', 'aufs'].map((type) => [type, 'the container itself, and ends with it'] as const),
  ...['nfs', 'nfs4', 'cifs', 'smb3', '9p', 'fuse.sshfs', 'virtiofs'].map(
    (type) => [type, 'a network file system, which SQLite cannot rely on (sqlite.org/wal.html)'] as const,
  ),
]);

/** Whether records in the data folder would last: it can be written, a sync works, and its disk is one that stays. */
export async function dataFolder(computer: Computer, wanted: string): Promise<Verdict> {
  const folder = await existingFolder(computer, wanted);
  const other = 'flashline station --data FOLDER   # one that this user may write';
  if (!(await computer.canReadAndWrite(folder)))
    return bad(`"${computer.user.name}" may not write to ${folder}, where the records are to be.`, [other]);
  const took = await computer.syncMs(folder);
  if (typeof took === 'string') return bad(`Nothing can be kept in ${folder}: ${took}.`, [`df -h ${folder}`, other]);
  const type = await fileSystemOf(computer, folder);
  const weakness = FRAGILE.get(type ?? '');
  if (weakness !== undefined)
    return warn(`The records in ${wanted} are on ${type}: ${weakness}.`, [
      'flashline station --data FOLDER   # on a disk of this computer; in a container, a volume',
    ]);
  const says = `${wanted} can be written; to keep a record takes ${took.toFixed(1)} ms`;
  if (took > SLOW_MS)
    return warn(`The disk is slow: ${says}.`, ['flashline station --data FOLDER   # on a faster disk']);
  return ok(`${says}${type === null ? '' : ` (${type})`}.`);
}

/** The folder, or where it is still to be made, the first one above it that is there. */
export async function existingFolder(computer: Computer, folder: string): Promise<string> {
  const parent = dirname(folder);
  if (parent === folder || (await computer.status(folder)) !== null) return folder;
  return await existingFolder(computer, parent);
}

/** The type of the file system below a folder, by the longest mount point above it (proc(5)); null when not told. */
async function fileSystemOf(computer: Computer, folder: string): Promise<string | null> {
  const lines = (await computer.readText('/proc/self/mountinfo'))?.split('\n') ?? [];
  let found = { point: '', type: null as string | null };
  for (const line of lines) {
    const [before = '', after = ''] = line.split(' - ');
    const point = (before.split(' ')[4] ?? '').replaceAll('\\040', ' ');
    const holds = point === '/' || folder === point || folder.startsWith(`${point}/`);
    // Of two on one point, the later one hides the earlier.
    if (holds && point.length >= found.point.length) found = { point, type: after.split(' ')[0] ?? null };
  }
  return found.type;
}
