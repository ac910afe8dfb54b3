import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../apps/cli/bin/flashline.mjs', import.meta.url));

/** Makes terminals; it belongs to util-linux, which every Debian has. */
const SCRIPT = 'script';

/** Whether this computer can make terminals. */
export const HAS_TERMINALS = process.platform === 'linux';

/** A `flashline` command on a terminal of 80 columns, worked by a person at its keyboard. */
export class Terminal {
  readonly ended: Promise<number | null>;
  /** Everything that was shown, control sequences included. */
  text = '';
  readonly #child: ChildProcess;
  readonly #watchers = new Set<() => void>();

  constructor(args: readonly string[], { rows = 24, env = {} }: { rows?: number; env?: NodeJS.ProcessEnv } = {}) {
    const command = [process.execPath, CLI, ...args].map((word) => `'${word}'`).join(' ');
    const child = spawn(SCRIPT, ['-qec', `stty rows ${rows} cols 80; exec ${command}`, '/dev/null'], {
      // Node.js takes CI for a terminal without colours.
      env: { ...process.env, CI: undefined, TERM: 'xterm-256color', SHELL: '/bin/sh', ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child = child;
    child.stdin.on('error', () => {});
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      this.text += chunk;
      for (const look of this.#watchers) look();
    });
    this.ended = once(child, 'close').then(([code]) => {
      for (const look of this.#watchers) look();
      return code as number | null;
    });
  }

  /** Resolves once this was shown; rejects when the command ends before. */
  shows(pattern: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const isShown = pattern.test(this.text);
        if (!isShown && this.#child.exitCode === null) return;
        this.#watchers.delete(look);
        if (isShown) resolve();
        else reject(new Error(`flashline ended before it showed ${pattern}: ${this.text}`));
      };
      this.#watchers.add(look);
      look();
    });
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }
}
