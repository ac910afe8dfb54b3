import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { HOSTILE_FILES } from './hostile-files.ts';
import type { CorpusReport } from './read-corpus.ts';
import type { Reading } from './reading.ts';

const READ_CORPUS = new URL('./read-corpus.ts', import.meta.url);
const READ_ONE = new URL('./read-one.ts', import.meta.url);
const MIB = 1024 * 1024;
/** Another one each time: what fails is told with the seed that makes it again. */
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);

/** Runs a script in a process of its own, whose heap cannot grow past 64 MiB; resolves with what it printed. */
async function run<Report>(
  script: URL,
  args: readonly string[],
  input: Uint8Array = new Uint8Array(),
): Promise<Report> {
  const child = spawn(process.execPath, ['--max-old-space-size=64', '--expose-gc', fileURLToPath(script), ...args]);
  child.stdin.end(input);
  const [printed, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(errors).toBe('');
  return JSON.parse(printed) as Report;
}

describe('a damaged file of any format is an image or a fault of it, within a second', () => {
  test.each([
    ['small', 15_000],
    ['large', 150],
  ])('%s files: %i of them', async (corpus, count) => {
    const { files, outcomes, cpuMs } = await run<CorpusReport>(READ_CORPUS, [corpus, `${SEED}`, `${count}`]);
    console.log(`${files} damaged ${corpus} files, seed ${SEED}, slowest ${cpuMs} ms:`, outcomes);
    expect(files).toBe(count);
    expect(cpuMs).toBeLessThan(1000);
    expect(Object.keys(outcomes)).toEqual(expect.arrayContaining(['image', 'IMAGE_MALFORMED', 'IMAGE_TRUNCATED']));
  });
});

describe('a file made to cost time and memory takes less than a second and 64 MiB', () => {
  test.each(Object.entries(HOSTILE_FILES))('%s', async (name, make) => {
    const { outcome, cpuMs, grownBytes } = await run<Reading>(READ_ONE, [], make());
    console.log(`${name}: ${outcome}, ${cpuMs} ms, ${(grownBytes / MIB).toFixed(1)} MiB`);
    expect(cpuMs).toBeLessThan(1000);
    expect(grownBytes).toBeLessThan(64 * MIB);
  });
});
