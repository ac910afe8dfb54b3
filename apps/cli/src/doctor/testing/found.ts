import { examine, type Patient } from '../examination.ts';
import type { FakeSpec } from './fake-computer.ts';
import { GOOD_LINUX } from './good-linux.ts';

/** The good computer with other files; null takes one away. */
export function withFiles(changes: Readonly<Record<string, string | null>>): FakeSpec {
  const changed = Object.entries({ ...GOOD_LINUX.files, ...changes }).filter(([, text]) => text !== null);
  return { ...GOOD_LINUX, files: Object.fromEntries(changed) as Record<string, string> };
}

/** What takes away every file of the good computer whose path matches. */
export function without(pattern: RegExp): Record<string, null> {
  return Object.fromEntries(
    Object.keys(GOOD_LINUX.files).flatMap((path) => (pattern.test(path) ? [[path, null]] : [])),
  );
}

/** What is not well, in short. */
export async function found(patient: Patient) {
  const findings = await examine(patient);
  const troubles = findings.filter(({ state }) => state !== 'ok');
  return {
    findings,
    states: Object.fromEntries(troubles.map(({ id, state }) => [id, state])),
    says: troubles.map(({ says }) => says).join('\n'),
    do: troubles.flatMap((finding) => finding.do).join('\n'),
  };
}
