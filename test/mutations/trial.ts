import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ALL_TESTS, type Mutation, testFile } from './mutation.ts';
import type { Workplace } from './workplace.ts';

/** What became of a mutation. */
export interface Verdict {
  readonly kind: 'caught' | 'survived' | 'broken';
  /** The test file that failed, or what is wrong with the mutation. */
  readonly by: string;
  readonly seconds: number;
}

/** The part of the JSON report of vitest that is needed here. */
interface TestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** Tests that take longer have been made to wait for ever. */
const SECONDS_MAX = { first: 60, all: 300 } as const;
/** vitest.config.ts has the report written there. */
const REPORT = 'node_modules/.cache/flashline/tests.json';
const running = new Set<ChildProcess>();

/** Breaks the engine in one place and looks which test sees it: the likely ones first, then all. */
export async function tryOut(place: Workplace, mutation: Mutation): Promise<Verdict> {
  const beganMs = performance.now();
  const verdict = (kind: Verdict['kind'], by: string): Verdict => ({
    kind,
    by,
    seconds: (performance.now() - beganMs) / 1000,
  });
  let restore: () => void;
  try {
    restore = place.apply(mutation);
  } catch (thrown) {
    return verdict('broken', (thrown as Error).message);
  }
  try {
    for (const which of ['first', 'all'] as const) {
      const tests = which === 'first' ? mutation.first.map(testFile) : ALL_TESTS;
      const failed = await failingTest(place, tests, SECONDS_MAX[which]);
      if (failed === null) continue;
      return failed.isSound ? verdict('caught', failed.file) : verdict('broken', failed.file);
    }
    return verdict('survived', '');
  } finally {
    restore();
  }
}

interface Failed {
  readonly file: string;
  /** False when no test has judged: then the mutation is no TypeScript any more. */
  readonly isSound: boolean;
}

/** The file of the first test that fails, or null when all pass. */
export async function failingTest(
  { root }: Workplace,
  tests: readonly string[],
  secondsMax: number = SECONDS_MAX.all,
): Promise<Failed | null> {
  const report = join(root, REPORT);
  rmSync(report, { force: true });
  const ended = await vitest(root, tests, secondsMax);
  if (ended === 0) return null;
  if (ended === 'hangs') return { file: `${tests.join(', ')} (hangs)`, isSound: true };
  if (!existsSync(report)) return { file: 'vitest did not start', isSound: false };
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as TestReport;
  const failed = testResults.find((one) => one.assertionResults.some(({ status }) => status === 'failed'));
  if (failed !== undefined) return { file: relative(root, failed.name), isSound: true };
  const message = testResults.find((one) => one.message !== '')?.message ?? 'an error outside of the tests';
  return { file: message.split('\n')[0] ?? '', isSound: false };
}

function vitest(root: string, tests: readonly string[], secondsMax: number): Promise<number | 'hangs'> {
  const script = join(root, 'node_modules/vitest/vitest.mjs');
  const args = [script, 'run', ...tests, '--bail', '1', '--testTimeout', '20000', '--maxWorkers', '1'];
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'ignore', detached: true });
  running.add(child);
  return new Promise((resolve, reject) => {
    let hangs = false;
    const timer = setTimeout(() => {
      hangs = true;
      end(child);
    }, secondsMax * 1000);
    child.on('error', reject);
    child.on('exit', (code) => {
      clearTimeout(timer);
      running.delete(child);
      resolve(hangs ? 'hangs' : (code ?? 1));
    });
  });
}

/** Ends every test that is still running. */
export function endAll(): void {
  for (const child of running) end(child);
}

/** The process and its workers. */
function end({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself meanwhile.
  }
}
