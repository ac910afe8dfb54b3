import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { openSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { Ended, Scenario, StationHandle } from './job.ts';

/** How a scenario ends that was never started. */
const EXIT_NOT_STARTED = 1;

/** What a scenario finds. */
export interface Surroundings {
  /** Where the programs are. */
  readonly programs: string;
  /** Takes what it prints, and what the kernel says meanwhile. */
  readonly folder: string;
  /** The file for FLASHLINE_BOARDS. */
  readonly boardsFile: string;
  /** The station that scenarios share. */
  readonly station: () => Promise<StationHandle>;
}

/** Runs a scenario to its end, or to its limit. One whose station does not start has failed: its errors are those of the station. */
export async function runScenario(scenario: Scenario, surroundings: Surroundings): Promise<Ended> {
  const began = performance.now();
  const beganSeconds = uptime();
  const { name } = scenario;
  const file = (kind: string) => join(surroundings.folder, `${name}.${kind}`);
  const output = [openSync(file('out'), 'w'), openSync(file('err'), 'w')] as const;
  const how = await runProgram(scenario, surroundings, output).catch((thrown: unknown) => {
    writeFileSync(file('err'), `${inspect(thrown)}\n`);
    return { exitCode: EXIT_NOT_STARTED, signal: null };
  });
  writeFileSync(file('dmesg'), kernelLogSince(beganSeconds));
  return { name, seconds: (performance.now() - began) / 1000, ...how };
}

async function runProgram(
  { name, limitSeconds, onStation }: Scenario,
  { programs, boardsFile, station }: Surroundings,
  output: readonly [number, number],
): Promise<Pick<Ended, 'exitCode' | 'signal'>> {
  const handle = onStation ? { FLASHLINE_STATION: JSON.stringify(await station()) } : {};
  // A group of its own, so that what a scenario leaves behind goes with it.
  const child = spawn(process.execPath, [join(programs, `${name}.mjs`)], {
    stdio: ['ignore', ...output],
    detached: true,
    env: { ...process.env, FLASHLINE_BOARDS: boardsFile, ...handle },
  });
  const end = () => child.pid !== undefined && spawnSync('kill', ['-9', '--', `-${child.pid}`]);
  const late = setTimeout(end, limitSeconds * 1000);
  const [exitCode, signal] = (await once(child, 'exit')) as [number | null, string | null];
  clearTimeout(late);
  end();
  return { exitCode, signal };
}

function kernelLogSince(seconds: number): string {
  const lines = spawnSync('dmesg', { encoding: 'utf8' }).stdout.split('\n');
  return lines.filter((line) => Number(/^\[\s*([\d.]+)\]/.exec(line)?.[1] ?? 0) >= seconds).join('\n');
}
