import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../apps/cli/bin/flashline.mjs', import.meta.url));

/** What a finished `flashline` command left behind. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `flashline` to its end. */
export async function flashline(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  const running = new Running(args, env);
  const code = await running.ended;
  return { code, stdout: running.stdout, stderr: running.stderr };
}

/** A `flashline` command that goes on running. */
export class Running {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  stdout = '';
  stderr = '';
  readonly #watchers = new Set<() => void>();

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.child = spawn(process.execPath, [CLI, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (chunk) => {
      this.stdout += chunk;
      for (const look of this.#watchers) look();
    });
    this.child.stderr?.on('data', (chunk) => {
      this.stderr += chunk;
    });
    this.ended = once(this.child, 'close').then(([code]) => {
      for (const look of this.#watchers) look();
      return code as number | null;
    });
  }

  /** Resolves with the first group once stdout matches; rejects when the command ends before. */
  says(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(this.stdout);
        if (found === null && this.child.exitCode === null && this.child.signalCode === null) return;
        this.#watchers.delete(look);
        if (found !== null) resolve(found[1] ?? found[0]);
        else reject(new Error(`flashline ended before it said ${pattern}: ${this.stdout}${this.stderr}`));
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** Ends it as a power cut would. A frozen child of it may hold its output for ever: that is not waited for. */
  async kill(): Promise<void> {
    const hasExited = this.child.exitCode !== null || this.child.signalCode !== null;
    const exited = hasExited ? null : once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }

  /** Ends it as a person would. */
  async stop(): Promise<number | null> {
    this.child.kill('SIGTERM');
    return this.ended;
  }
}
