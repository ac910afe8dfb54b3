import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runMachine } from './machine/boot.ts';
import { compileAhead } from './machine/compiled.ts';
import type { Ended, MachineEvent, Scenario } from './machine/job.ts';
import { prepareKernel } from './machine/kernel.ts';
import { installPackages } from './machine/packages.ts';
import { bundlePrograms } from './machine/programs.ts';
import { serveBoards } from './outside.ts';
import { isPass, reportOf, tailOf } from './report.ts';

const REPO = join(import.meta.dirname, '../..');
const CACHE = join(REPO, 'node_modules/.cache/flashline');

/** Runs the scenarios in one machine and prints how each went. True when all passed. Throws CannotRun. */
export async function runLane(scenarios: readonly Scenario[], showConsole: boolean): Promise<boolean> {
  installPackages();
  const kernel = prepareKernel(join(CACHE, 'usb-kernel'));
  const folder = mkdtempSync(join(tmpdir(), 'flashline-usb-'));
  const left = (file: string) => readFileSync(join(folder, file), 'utf8');
  const programs = await programsFor(scenarios);
  const outside = await serveBoards();
  const ended: Ended[] = [];
  const onEvent = (event: MachineEvent) => {
    if (event.on === 'up') console.log(`usb: Linux ${event.kernel}, up after ${event.seconds.toFixed(0)} s`);
    if (event.on !== 'ended') return;
    ended.push(event);
    console.log(reportOf(event, scenarios, left));
  };
  const job = { scenarios, programs, boards: outside.boards };
  const hungIn = await runMachine({ kernel, job, repo: REPO, folder, showConsole, onEvent });
  await outside.close();
  rmSync(programs, { recursive: true });

  if (hungIn !== null) console.log(`usb: the machine hung in ${hungIn} and was ended`);
  if (ended.length < scenarios.length) console.log(tailOf(left('console.log')));
  const passed = ended.filter(isPass).length;
  const failed = scenarios.length - passed;
  if (failed > 0) console.log(`usb: what the machine left is in ${folder}`);
  else rmSync(folder, { recursive: true });
  console.log(`usb: ${passed} passed, ${failed} failed`);
  return failed === 0;
}

/** The programs of the machine, in a folder from which the packages of this repository are found. */
async function programsFor(scenarios: readonly Scenario[]): Promise<string> {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'usb-programs-'));
  const named = scenarios.map(({ name }) => [name, join(import.meta.dirname, `scenarios/${name}.ts`)]);
  const inside = join(import.meta.dirname, 'machine/inside.ts');
  await bundlePrograms(folder, { inside, ...Object.fromEntries(named) });
  await compileAhead(folder);
  return folder;
}
