import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { StationHandle } from './job.ts';
import { runScenario } from './scenario-run.ts';

const PROGRAM = `
console.log(process.env.FLASHLINE_BOARDS, process.env.FLASHLINE_STATION);
process.exitCode = 7;
`;
const handle: StationHandle = { url: 'http://127.0.0.1:1/', pid: 1, folder: '/nowhere', exitFile: '/nowhere/exit' };

/** Runs a scenario on this station. Resolves with how it ended, and what it left. */
async function ran(station: () => Promise<StationHandle>) {
  const folder = mkdtempSync(join(tmpdir(), 'flashline-scenario-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  writeFileSync(join(folder, 'one.mjs'), PROGRAM);
  const ended = await runScenario(
    { name: 'one', says: 'it works', limitSeconds: 20, onStation: true },
    { programs: folder, folder, boardsFile: 'boards.json', station },
  );
  return { ended, left: (kind: string) => readFileSync(join(folder, `one.${kind}`), 'utf8') };
}

test('a scenario is told of the boards and the station, and ends as its program does', async () => {
  const { ended, left } = await ran(async () => handle);
  expect(ended).toMatchObject({ name: 'one', exitCode: 7, signal: null });
  expect(left('out')).toBe(`boards.json ${JSON.stringify(handle)}\n`);
});

test('one whose station does not start has failed with the errors of the station, and was not run', async () => {
  const { ended, left } = await ran(() => Promise.reject(new Error('DATA_IN_USE')));
  expect(ended).toMatchObject({ name: 'one', exitCode: 1, signal: null });
  expect(left('err')).toContain('DATA_IN_USE');
  expect(left('out')).toBe('');
  expect(left('dmesg')).toBeTypeOf('string');
});
