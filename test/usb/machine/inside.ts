/** Runs in the machine: one scenario after another, each in a process of its own, and tells the computer outside how they end. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { release, uptime } from 'node:os';
import { join } from 'node:path';
import { takeCompiled } from './compiled.ts';
import { type Ended, EVENTS_FILE, JOB_FILE, type Job, type MachineEvent, type Scenario, SHARED } from './job.ts';
import { SharedStation } from './shared-station.ts';

const { scenarios, programs, boards } = JSON.parse(readFileSync(join(SHARED, JOB_FILE), 'utf8')) as Job;
const boardsFile = '/run/boards.json';
writeFileSync(boardsFile, JSON.stringify(boards));
process.env.NODE_COMPILE_CACHE = '/run/compiled';
takeCompiled(programs, process.env.NODE_COMPILE_CACHE);
tell({ on: 'up', kernel: release(), seconds: uptime() });
const station = new SharedStation();
for (const [n, scenario] of scenarios.entries()) {
  const left = scenarios.slice(n);
  // It starts while scenarios run that need little; one that takes times is to have the computer for itself.
  if (left.some(({ onStation }) => onStation) && !left.some(({ isTimed }) => isTimed)) station.handle().catch(() => {});
  tell({ on: 'started', name: scenario.name });
  const ended = await ran(scenario);
  // The next one gets a station that has seen no failure.
  if (ended.exitCode !== 0) await station.end();
  tell({ on: 'ended', ...ended });
}
await station.end();

async function ran({ name, limitSeconds, onStation }: Scenario): Promise<Ended> {
  const began = performance.now();
  const beganSeconds = uptime();
  const file = (kind: string) => join(SHARED, `${name}.${kind}`);
  const handle = onStation ? { FLASHLINE_STATION: JSON.stringify(await station.handle()) } : {};
  const stdio = ['ignore', openSync(file('out'), 'w'), openSync(file('err'), 'w')] as const;
  // A group of its own, so that what a scenario leaves behind goes with it.
  const child = spawn(process.execPath, [join(programs, `${name}.mjs`)], {
    stdio: [...stdio],
    detached: true,
    env: { ...process.env, FLASHLINE_BOARDS: boardsFile, ...handle },
  });
  const end = () => child.pid !== undefined && spawnSync('kill', ['-9', '--', `-${child.pid}`]);
  const late = setTimeout(end, limitSeconds * 1000);
  const [exitCode, signal] = (await once(child, 'exit')) as [number | null, string | null];
  clearTimeout(late);
  end();
  writeFileSync(file('dmesg'), kernelLogSince(beganSeconds));
  return { name, seconds: (performance.now() - began) / 1000, exitCode, signal };
}

function kernelLogSince(seconds: number): string {
  const lines = spawnSync('dmesg', { encoding: 'utf8' }).stdout.split('\n');
  return lines.filter((line) => Number(/^\[\s*([\d.]+)\]/.exec(line)?.[1] ?? 0) >= seconds).join('\n');
}

function tell(event: MachineEvent): void {
  appendFileSync(join(SHARED, EVENTS_FILE), `${JSON.stringify(event)}\n`);
}
