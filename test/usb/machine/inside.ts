/** Runs in the machine: one scenario after another, each in a process of its own, and tells the computer outside how they end. */
import { appendFileSync, readFileSync } from 'node:fs';
import { release, uptime } from 'node:os';
import { join } from 'node:path';
import { takeCompiled } from './compiled.ts';
import { EVENTS_FILE, JOB_FILE, type Job, type MachineEvent, type Scenario, SHARED, type Turn } from './job.ts';
import { ScenarioRun } from './scenario-run.ts';
import { SharedStation } from './shared-station.ts';

const { scenarios, programs, boards } = JSON.parse(readFileSync(join(SHARED, JOB_FILE), 'utf8')) as Job;
process.env.NODE_COMPILE_CACHE = '/run/compiled';
takeCompiled(programs, process.env.NODE_COMPILE_CACHE);
tell({ on: 'up', kernel: release(), seconds: uptime() });
const station = new SharedStation();
let ahead: ScenarioRun | null = null;
for (const [n, scenario] of scenarios.entries()) {
  const left = scenarios.slice(n);
  // It starts while scenarios run that need little; one that takes times is to have the computer for itself.
  if (left.some(({ onStation }) => onStation) && !left.some(({ isTimed }) => isTimed)) station.handle().catch(() => {});
  tell({ on: 'started', name: scenario.name });
  const run = ahead ?? load(scenario);
  const running = run.take(turnOf(scenario));
  const [, next] = left;
  ahead = next === undefined || scenario.isTimed ? null : load(next);
  const ended = await running;
  // The next one gets a station that has seen no failure.
  if (ended.exitCode !== 0) {
    if (scenario.onStation) station.copyLog(join(SHARED, `${scenario.name}.log`));
    await station.end();
  }
  tell({ on: 'ended', ...ended });
}
await station.end();

function load(scenario: Scenario): ScenarioRun {
  return new ScenarioRun(scenario, { programs, folder: SHARED });
}

async function turnOf({ onStation }: Scenario): Promise<Turn> {
  return { boards, station: onStation ? await station.handle() : null };
}

function tell(event: MachineEvent): void {
  appendFileSync(join(SHARED, EVENTS_FILE), `${JSON.stringify(event)}\n`);
}
