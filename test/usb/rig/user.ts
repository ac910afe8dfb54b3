import { execFile, execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Finished } from '../../support/processes.ts';
import { shareCompiled } from '../machine/compiled.ts';

const CLI = fileURLToPath(new URL('../../../apps/cli/bin/flashline.mjs', import.meta.url));
const LIMIT_MS = 120_000;
/** The repository may be in a folder of root's: this reads everything, and opens no device for writing. */
const READS = ['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'];

/** A person with an account on this computer. */
export interface User {
  /** Runs `flashline` to its end. */
  flashline(...args: readonly string[]): Promise<Finished>;
}

/** Makes an account. It has no right but those of its groups. */
export function addUser(name: string, groups: readonly string[]): User {
  execFileSync('useradd', ['--create-home', '--home-dir', `/tmp/${name}`, '--groups', groups.join(','), name]);
  const uid = Number(execFileSync('id', ['--user', name], { encoding: 'utf8' }));
  shareCompiled(process.env.NODE_COMPILE_CACHE ?? '', uid);
  const switched = [`--reuid=${name}`, `--regid=${name}`, '--init-groups', '--no-new-privs', ...READS];
  const env = { ...process.env, HOME: `/tmp/${name}`, USER: name };
  const options = { env, timeout: LIMIT_MS, killSignal: 'SIGKILL' as const };
  return {
    flashline: (...args) =>
      promisify(execFile)('setpriv', [...switched, process.execPath, CLI, ...args], options).then(
        ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
        ({ code, stdout, stderr }: Finished) => ({ code, stdout, stderr }),
      ),
  };
}
