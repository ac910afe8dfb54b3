/**
 * The real bus: boots a Debian kernel under software emulation and runs scenarios on its USB stack. `npm run test:usb`, or
 * `npm run test:usb -- [scenario …] [--console] [--list]`. Ends with 1 when something failed, with 3 when this computer cannot run it.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runMachine } from './machine/boot.ts';
import type { Ended, MachineEvent, Scenario } from './machine/job.ts';
import { prepareKernel } from './machine/kernel.ts';
import { CannotRun, installPackages } from './machine/packages.ts';
import { bundlePrograms } from './machine/programs.ts';
import { serveBoards } from './outside.ts';
import { SCENARIOS } from './scenarios.ts';

const REPO = join(import.meta.dirname, '../..');
const CACHE = join(REPO, 'node_modules/.cache/flashline');
const EXIT_USAGE = 2;
const EXIT_CANNOT_RUN = 3;
const CONSOLE_TAIL_LINES = 40;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { console: { type: 'boolean', default: false }, list: { type: 'boolean', default: false } },
});
const chosen = SCENARIOS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const unknown = positionals.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name));
if (values.list || unknown.length > 0) {
  if (unknown.length > 0) console.error(`There is no scenario ${unknown.join(', ')}. There are:`);
  for (const { name, says } of SCENARIOS) console.log(`${name.padEnd(16)} ${says}`);
  process.exit(unknown.length > 0 ? EXIT_USAGE : 0);
}
process.exit(await lane(chosen));

async function lane(scenarios: readonly Scenario[]): Promise<number> {
  const kernel = prepared();
  if (kernel === null) return EXIT_CANNOT_RUN;
  const folder = mkdtempSync(join(tmpdir(), 'flashline-usb-'));
  const ended: Ended[] = [];
  const onEvent = (event: MachineEvent) => {
    if (event.on === 'up') console.log(`usb: Linux ${event.kernel}, up after ${event.seconds.toFixed(0)} s`);
    if (event.on !== 'ended') return;
    ended.push(event);
    report(event, folder);
  };
  const programs = join(CACHE, 'usb-programs');
  const file = (path: string) => join(import.meta.dirname, `${path}.ts`);
  const named = scenarios.map(({ name }) => [name, file(`scenarios/${name}`)] as const);
  await bundlePrograms(programs, { inside: file('machine/inside'), ...Object.fromEntries(named) });
  const outside = await serveBoards();
  const job = { scenarios, programs, boards: outside.boards };
  const hungIn = await runMachine({ kernel, job, repo: REPO, folder, showConsole: values.console, onEvent });
  await outside.close();
  const passed = ended.filter(isPass).length;
  const failed = scenarios.length - passed;
  if (hungIn !== null) console.log(`usb: the machine hung in ${hungIn} and was ended`);
  if (ended.length < scenarios.length) console.log(indented(tail(join(folder, 'console.log'), CONSOLE_TAIL_LINES)));
  if (failed > 0) console.log(`usb: what the machine left is in ${folder}`);
  else rmSync(folder, { recursive: true });
  console.log(`usb: ${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function prepared(): ReturnType<typeof prepareKernel> | null {
  try {
    installPackages();
    return prepareKernel(join(CACHE, 'usb-kernel'));
  } catch (thrown) {
    if (!(thrown instanceof CannotRun)) throw thrown;
    console.error(`\nusb: CANNOT RUN HERE. No scenario was tried.\nusb: ${thrown.message}\n`);
    return null;
  }
}

function report(ended: Ended, folder: string): void {
  const { name, seconds, exitCode, signal } = ended;
  const says = SCENARIOS.find((scenario) => scenario.name === name)?.says ?? '';
  const output = (kind: string) => readFileSync(join(folder, `${name}.${kind}`), 'utf8').trimEnd();
  console.log(`${isPass(ended) ? 'pass' : 'FAIL'}  ${name.padEnd(16)} ${seconds.toFixed(1).padStart(6)} s  ${says}`);
  if (output('out') !== '') console.log(indented(output('out')));
  if (isPass(ended)) return;
  console.log(indented(`${output('err')}\nended by ${signal ?? `exit code ${exitCode}`}; the kernel said meanwhile:`));
  console.log(indented(tail(join(folder, `${name}.dmesg`), CONSOLE_TAIL_LINES)));
}

function isPass({ exitCode }: Ended): boolean {
  return exitCode === 0;
}

function tail(file: string, lines: number): string {
  return readFileSync(file, 'utf8').replaceAll('\r', '').trimEnd().split('\n').slice(-lines).join('\n');
}

function indented(text: string): string {
  return text.replace(/^/gm, '      ');
}
