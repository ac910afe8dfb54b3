import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LIMIT_MS = 240_000;

/** One alternate setting as `dfu-util -l` lists it. */
export interface Listed {
  readonly id: string;
  readonly path: string;
  readonly alternate: number;
  readonly name: string;
  readonly serial: string;
}

/** Runs dfu-util and gives what it printed. Rejects, with that, when it fails. */
export async function dfuUtil(...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run('dfu-util', args, { timeout: LIMIT_MS, killSignal: 'SIGKILL' });
  return stdout + stderr;
}

/** `Found DFU: [0483:df11] ver=2200, devnum=2, cfg=1, intf=0, path="1-1", alt=3, name="@…", serial="…"`. */
const FOUND = /^Found DFU: \[(\w{4}:\w{4})\].* path="([^"]*)", alt=(\d+), name="([^"]*)", serial="([^"]*)"$/gm;

/** Everything in DFU mode that dfu-util sees. */
export async function dfuUtilList(): Promise<readonly Listed[]> {
  return parseListing(await dfuUtil('-l'));
}

/** What `dfu-util -l` has printed. */
export function parseListing(text: string): readonly Listed[] {
  return [...text.matchAll(FOUND)].map(([, id = '', path = '', alternate, name = '', serial = '']) => {
    return { id, path, alternate: Number(alternate), name, serial };
  });
}
