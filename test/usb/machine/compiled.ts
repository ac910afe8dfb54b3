import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What Node.js has compiled, in the folder of the programs. It keeps it by its version and the user's number. */
const AHEAD = 'compiled';
const OF_USER = /-\d+$/;
const OF_ROOT = /-0$/;
/** Many times what it takes; what does not end by itself is ended. */
const LIMIT_MS = 120_000;

/**
 * Has Node.js compile `flashline` and its hosts out here, and keep what came of it: under emulation that takes half a minute. A
 * station with one virtual board is started and ended, and the bus of this computer is looked at.
 */
export async function compileAhead(programs: string): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'flashline-compiled-'));
  const flashline = (...args: string[]) =>
    spawn(process.execPath, [join(programs, 'flashline.mjs'), ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
      env: { ...process.env, NODE_COMPILE_CACHE: join(programs, AHEAD) },
    });
  const list = flashline('list', '--json');
  list.stdout.resume();
  await once(list, 'close');
  const station = flashline('station', '--virtual', '1', '--data', data, '--port', '0');
  const ended = once(station, 'close');
  // It says that it is running, or it ends, or is ended: then the machine compiles for itself.
  await Promise.race([once(station.stdout, 'data'), ended]);
  station.kill('SIGTERM');
  await ended;
  rmSync(data, { recursive: true });
}

/** Lays what was compiled ahead where all users of the machine keep what they compile: there it is root's, whoever ran the lane. */
export function takeCompiled(programs: string, folder: string): void {
  mkdirSync(folder);
  chmodSync(folder, 0o1777);
  const ahead = join(programs, AHEAD);
  if (!existsSync(ahead)) return;
  for (const name of readdirSync(ahead))
    cpSync(join(ahead, name), join(folder, name.replace(OF_USER, '-0')), { recursive: true });
}

/** Gives a user of the machine what root has compiled. */
export function shareCompiled(folder: string, uid: number): void {
  for (const name of readdirSync(folder).filter((one) => OF_ROOT.test(one)))
    cpSync(join(folder, name), join(folder, name.replace(OF_ROOT, `-${uid}`)), { recursive: true });
}
