import type { Ended, Scenario } from './machine/job.ts';

const TAIL_LINES = 40;

/** A scenario passes when its program ends with 0. */
export function isPass({ exitCode }: Ended): boolean {
  return exitCode === 0;
}

/**
 * One line and what the scenario printed; when it failed, also its errors and what the kernel said meanwhile. `left` reads one of
 * the files that the machine left.
 */
export function reportOf(ended: Ended, scenarios: readonly Scenario[], left: (file: string) => string): string {
  const { name, seconds, exitCode, signal } = ended;
  const says = scenarios.find((scenario) => scenario.name === name)?.says ?? '';
  const line = `${isPass(ended) ? 'pass' : 'FAIL'}  ${name.padEnd(14)} ${seconds.toFixed(1).padStart(6)} s  ${says}`;
  const parts = [line, indented(left(`${name}.out`))];
  if (!isPass(ended)) {
    parts.push(indented(left(`${name}.err`)), indented(`ended by ${signal ?? `exit code ${exitCode}`}`));
    parts.push(indented(`the kernel said meanwhile:\n${tailOf(left(`${name}.dmesg`))}`));
  }
  return parts.filter((part) => part !== '').join('\n');
}

/** The end of a long text. */
export function tailOf(text: string): string {
  return text.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
}

function indented(text: string): string {
  const lines = text.replaceAll('\r', '').trimEnd();
  return lines === '' ? '' : lines.replace(/^/gm, '      ');
}
