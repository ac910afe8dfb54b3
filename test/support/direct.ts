import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Line } from './line.ts';
import { type Finished, flashline } from './processes.ts';

/** One board in the JSON of `flash`, `verify`, `read` or `erase`, as far as tests look at it. */
export interface Result {
  readonly slot: string;
  readonly outcome: string;
  readonly fault: string | null;
  readonly file: string | null;
  readonly preserved: string | null;
  readonly image: { readonly files: readonly { file: string; sha256: string; address: string | null }[] };
  readonly phases: readonly { name: string; bytes: number }[];
}

/** Runs commands without a station on the bench of a line, with their data in its folder. */
export class Direct {
  readonly #line: Line;

  constructor(line: Line) {
    this.#line = line;
  }

  run(command: string, ...args: string[]): Promise<Finished> {
    return flashline([command, ...args, ...this.options(command)]);
  }

  /** The options that bring a command to the bench and the folder. */
  options(command: string, speed = 0): string[] {
    const keepsData = command === 'flash' || command === 'erase';
    const bench = ['--virtual-bench', this.#line.benchAddress, '--virtual-speed', String(speed)];
    return [...bench, ...(keepsData ? ['--data', this.#line.folder] : [])];
  }

  /** Runs a command and reads its JSON. */
  async results(command: string, ...args: string[]): Promise<readonly Result[]> {
    return resultsOf(await this.run(command, ...args, '--json'));
  }

  /** What a board holds, looked at past its bootloader. */
  async bytesOf(path: string, address: number, length: number): Promise<Uint8Array> {
    const { bytes } = await this.#line.bench.inspect(path, { address, length, withBytes: true });
    return bytes ?? new Uint8Array(0);
  }

  inFolder(name: string): string {
    return join(this.#line.folder, name);
  }

  /** The names of the files in the folder and below. */
  async files(): Promise<string[]> {
    const entries = await readdir(this.#line.folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  }
}

/** The boards in the JSON that a command has printed. */
export function resultsOf({ stdout }: Finished): readonly Result[] {
  return (JSON.parse(stdout) as { results: Result[] }).results;
}
