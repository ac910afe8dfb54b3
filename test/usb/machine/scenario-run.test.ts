import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { Turn } from './job.ts';
import { ScenarioRun } from './scenario-run.ts';

const LISTENS = `
import { text } from 'node:stream/consumers';
console.log(await text(process.stdin));
process.exitCode = 7;
`;
const station = { url: 'http://127.0.0.1:1/', pid: 1, folder: '/nowhere', exitFile: '/nowhere/exit' };
const TURN: Turn = { boards: { benchPort: 1, usbipPort: 2, parts: [] }, station };

/** A scenario with this program, and what it leaves. */
function open(program: string, limitSeconds = 20) {
  const folder = mkdtempSync(join(tmpdir(), 'flashline-scenario-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  writeFileSync(join(folder, 'one.mjs'), program);
  const run = new ScenarioRun({ name: 'one', says: 'it works', limitSeconds }, { programs: folder, folder });
  return { run, left: (kind: string) => readFileSync(join(folder, `one.${kind}`), 'utf8') };
}

test('a scenario waits for its turn, is told what it finds, and ends as its program does', async () => {
  const { run, left } = open(LISTENS);
  const turn = Promise.withResolvers<Turn>();
  const ended = run.take(turn.promise);
  expect(left('out')).toBe('');
  turn.resolve(TURN);
  expect(await ended).toMatchObject({ name: 'one', exitCode: 7, signal: null });
  expect(JSON.parse(left('out'))).toEqual(TURN);
});

test('one whose station does not start has failed with the errors of the station, and did nothing', async () => {
  const { run, left } = open(LISTENS);
  const ended = await run.take(Promise.reject(new Error('DATA_IN_USE')));
  expect(ended).toMatchObject({ name: 'one', exitCode: 1, signal: null });
  expect(left('err')).toContain('DATA_IN_USE');
  expect(left('out')).toBe('');
  expect(left('dmesg')).toBeTypeOf('string');
});

test('one whose station hangs while it starts has failed at its limit, and does nothing any more', async () => {
  const { run, left } = open(LISTENS, 0.5);
  const ended = await run.take(new Promise<Turn>(() => {}));
  expect(ended).toMatchObject({ name: 'one', exitCode: 1, signal: null });
  expect(left('err')).toContain('0.5 s');
  expect(left('out')).toBe('');
});

test('one that cannot be started has failed with the reason, whenever its turn comes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'flashline-scenario-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const { execPath } = process;
  process.execPath = join(folder, 'nothing');
  const run = new ScenarioRun({ name: 'one', says: 'it works', limitSeconds: 20 }, { programs: folder, folder });
  process.execPath = execPath;
  const ended = await run.take(turn().then(() => TURN));
  expect(ended).toMatchObject({ exitCode: 1, signal: null });
  expect(readFileSync(join(folder, 'one.err'), 'utf8')).toContain('ENOENT');
});

test('one that ends before its turn, or not in time, has failed', async () => {
  const early = open('process.exit(3)');
  expect(await early.run.take(Promise.resolve(TURN))).toMatchObject({ exitCode: 3 });
  const late = open('setInterval(() => {}, 1000)', 0.5);
  expect(await late.run.take(Promise.resolve(TURN))).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
});
