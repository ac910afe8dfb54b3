import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { openSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { Ended, Scenario, Turn } from './job.ts';

/** How a scenario ends whose turn never came. */
const EXIT_NO_TURN = 1;

/** Where the programs of scenarios are, and the folder that takes what they print and what the kernel says meanwhile. */
interface Places {
  readonly programs: string;
  readonly folder: string;
}

/** The process of a scenario. It loads at once, which takes seconds under emulation, and waits for its turn. */
export class ScenarioRun {
  readonly #scenario: Scenario;
  readonly #folder: string;
  readonly #child: ChildProcess;
  readonly #exit: Promise<readonly [number | null, string | null]>;

  constructor(scenario: Scenario, { programs, folder }: Places) {
    this.#scenario = scenario;
    this.#folder = folder;
    // A group of its own, so that what a scenario leaves behind goes with it.
    this.#child = spawn(process.execPath, [join(programs, `${scenario.name}.mjs`)], {
      stdio: ['pipe', openSync(this.#file('out'), 'w'), openSync(this.#file('err'), 'w')],
      detached: true,
    });
    // One that has ended takes nothing any more: its exit says it all.
    this.#child.stdin?.on('error', () => {});
    this.#exit = once(this.#child, 'exit') as Promise<[number | null, string | null]>;
    // Whoever takes its turn hears of one that cannot be started.
    this.#exit.catch(() => {});
  }

  /**
   * Its turn has come, or comes as soon as what it is to find is there: resolves when it has ended, or its limit from now. Without
   * what it is to find it has failed, and `NAME.err` says why.
   */
  async take(turn: Promise<Turn>): Promise<Ended> {
    const began = performance.now();
    const beganSeconds = uptime();
    const how = await this.#runOn(turn).catch((thrown: unknown) => {
      writeFileSync(this.#file('err'), `${inspect(thrown)}\n`);
      return { exitCode: EXIT_NO_TURN, signal: null };
    });
    this.#end();
    writeFileSync(this.#file('dmesg'), kernelLogSince(beganSeconds));
    return { name: this.#scenario.name, seconds: (performance.now() - began) / 1000, ...how };
  }

  async #runOn(turn: Promise<Turn>): Promise<Pick<Ended, 'exitCode' | 'signal'>> {
    const { limitSeconds } = this.#scenario;
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      this.#end();
      late.reject(new Error(`what it is to find was not there within ${limitSeconds} s`));
    }, limitSeconds * 1000);
    try {
      this.#child.stdin?.end(JSON.stringify(await Promise.race([turn, late.promise])));
      const [exitCode, signal] = await this.#exit;
      return { exitCode, signal };
    } finally {
      clearTimeout(timer);
    }
  }

  #end(): void {
    if (this.#child.pid !== undefined) spawnSync('kill', ['-9', '--', `-${this.#child.pid}`]);
  }

  #file(kind: string): string {
    return join(this.#folder, `${this.#scenario.name}.${kind}`);
  }
}

function kernelLogSince(seconds: number): string {
  const lines = spawnSync('dmesg', { encoding: 'utf8' }).stdout.split('\n');
  return lines.filter((line) => Number(/^\[\s*([\d.]+)\]/.exec(line)?.[1] ?? 0) >= seconds).join('\n');
}
