import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';

/** A process of our own that can be killed in the middle of things. */
export interface Child {
  /** The next line it prints. */
  line(): Promise<string>;
  /** Everything it has printed and nobody has asked for. */
  rest(): Promise<string[]>;
  /** `kill -9`, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Runs a module, given as source, whose imports are relative to `base`. */
export function startChild(source: string, base: string, args: readonly string[] = []): Child {
  const code = source.replaceAll(/from '(\..*?)'/g, (_, path: string) => `from '${new URL(path, base).href}'`);
  const child: ChildProcessByStdio<null, Readable, null> = spawn(
    process.execPath,
    ['--expose-gc', '--input-type=module', '--eval', code, ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const exited = once(child, 'exit');
  async function kill(): Promise<void> {
    child.kill('SIGKILL');
    await exited;
  }
  onTestFinished(kill);
  return {
    line: async () => {
      const next = await lines.next();
      if (next.done) throw new Error('the child ended');
      return next.value;
    },
    rest: async () => {
      const found: string[] = [];
      for (let next = await lines.next(); !next.done; next = await lines.next()) found.push(next.value);
      return found;
    },
    kill,
  };
}
