import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, open, opendir, readlink, stat, statfs } from 'node:fs/promises';
import { userInfo } from 'node:os';
import type { Computer, Ran, User } from './computer.ts';
import { syncMs } from './sync-probe.ts';

const TEXT_BYTES_MAX = 1024 * 1024;
const CHUNK_BYTES = 16 * 1024;
const NAMES_MAX = 20_000;
const COMMAND_MS_MAX = 10_000;
const OUTPUT_BYTES_MAX = 1024 * 1024;

/** The computer that this process runs on. */
export function thisComputer(): Computer {
  return {
    platform: process.platform,
    nodeVersion: process.versions.node,
    user: thisUser(),
    nowMs: () => Date.now(),
    readText: (path) => readStart(path).catch(() => null),
    list: (folder) => names(folder).catch(() => null),
    linkTarget: (path) => readlink(path).catch(() => null),
    status: (path) => stat(path).catch(() => null),
    canReadAndWrite: (path) => succeeds(access(path, constants.R_OK | constants.W_OK)),
    run,
    diskSpace: (folder) => diskSpace(folder).catch(() => null),
    syncMs,
  };
}

function thisUser(): User {
  const uid = process.getuid?.() ?? null;
  const gid = process.getgid?.();
  const sudoUser = uid === 0 ? (process.env.SUDO_USER ?? null) : null;
  const groups = [...(gid === undefined ? [] : [gid]), ...(process.getgroups?.() ?? [])];
  return { name: nameOf(uid), uid, groups, sudoUser };
}

function nameOf(uid: number | null): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a number that no user has.
    return String(uid);
  }
}

/** Not readFile(): files below /proc and /sys do not tell their size, and one that is a pipe would never end. */
async function readStart(path: string): Promise<string> {
  await using file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  const chunks: Buffer[] = [];
  for (let left = TEXT_BYTES_MAX; left > 0; ) {
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(Math.min(left, CHUNK_BYTES)) });
    if (bytesRead === 0) break;
    chunks.push(buffer.subarray(0, bytesRead));
    left -= bytesRead;
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function names(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { name } of await opendir(folder)) {
    found.push(name);
    if (found.length === NAMES_MAX) break;
  }
  return found.sort();
}

async function succeeds(work: Promise<unknown>): Promise<boolean> {
  return await work.then(
    () => true,
    () => false,
  );
}

async function diskSpace(folder: string) {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

function run(command: string, args: readonly string[]): Promise<Ran | null> {
  const { promise, resolve } = Promise.withResolvers<Ran | null>();
  const options = {
    timeout: COMMAND_MS_MAX,
    maxBuffer: OUTPUT_BYTES_MAX,
    killSignal: 'SIGKILL',
    // Words that are looked at must not depend on the language of the computer.
    env: { ...process.env, LC_ALL: 'C' },
  } as const;
  execFile(command, args, options, (error, stdout, stderr) => {
    const exitCode = error === null ? 0 : error.code;
    resolve(typeof exitCode === 'number' ? { exitCode, stdout, stderr } : null);
  });
  return promise;
}
