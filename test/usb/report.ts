import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ended } from './machine/job.ts';
import { SCENARIOS } from './scenarios.ts';

const TAIL_LINES = 40;

/** A scenario passes when its program ends with 0. */
export function isPass({ exitCode }: Ended): boolean {
  return exitCode === 0;
}

/** One line and what the scenario printed; when it failed, also its errors and what the kernel said meanwhile. */
export function printEnded(ended: Ended, folder: string): void {
  const { name, seconds, exitCode, signal } = ended;
  const says = SCENARIOS.find((scenario) => scenario.name === name)?.says ?? '';
  const text = (kind: string) => readFileSync(join(folder, `${name}.${kind}`), 'utf8');
  console.log(`${isPass(ended) ? 'pass' : 'FAIL'}  ${name.padEnd(14)} ${seconds.toFixed(1).padStart(6)} s  ${says}`);
  print(text('out'));
  if (isPass(ended)) return;
  print(text('err'));
  print(`ended by ${signal ?? `exit code ${exitCode}`}; the kernel said meanwhile:\n${tail(text('dmesg'))}`);
}

/** The end of what the machine wrote to its console. */
export function printConsole(folder: string): void {
  print(tail(readFileSync(join(folder, 'console.log'), 'utf8')));
}

function tail(text: string): string {
  return text.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
}

function print(text: string): void {
  const lines = text.replaceAll('\r', '').trimEnd();
  if (lines !== '') console.log(lines.replace(/^/gm, '      '));
}
