import { afterEach, beforeEach, expect, test } from 'vitest';
import { Direct, resultsOf } from '../support/direct.ts';
import { BLINKY, Line } from '../support/line.ts';
import { Running } from '../support/processes.ts';

let line: Line;
let direct: Direct;
let one: string;
let two: string;

beforeEach(async () => {
  line = await Line.open(2);
  direct = new Direct(line);
  [one = '', two = ''] = line.paths;
});
afterEach(() => line.close());

test('flash --enter flashes each board as soon as it is in its bootloader; one that does not come up fails by itself', async () => {
  await line.plug(one, { mode: 'application', application: { accepts: [] } });
  await line.plug(two, { mode: 'application' });
  const flash = new Running(['flash', BLINKY, '--all', '--enter', 'R', ...direct.options('flash')]);
  const left = Promise.withResolvers<boolean>();
  flash.child.stderr?.on('data', () => {
    if (flash.stderr.includes('A2: leave')) left.resolve(true);
  });
  expect(await Promise.race([left.promise, flash.ended.then(() => false)]), 'A1 is still asked').toBe(true);
  expect(flash.child.exitCode).toBe(null);
  expect(flash.stderr).toMatch(/A1: asked\n[\s\S]*A2: write/);
  expect(await line.isFlashed(two)).toBe(true);
  expect(await flash.ended).toBe(1);
  expect(flash.stdout).toMatch(/A1 +ERROR +BOOTLOADER_NOT_ENTERED/);
  expect(flash.stdout).toMatch(/A2 +PASS/);
  expect(await direct.files(), 'nothing is left behind of a board that was never touched').toEqual([]);
});

test('the time that a board was asked is a phase of its flash, and labels stand beside ports', async () => {
  await line.plug(one, { mode: 'application' });
  const finished = await direct.run('flash', BLINKY, '--slot', 'A1', '--enter', 'R', '--json');
  expect([finished.code, finished.stderr]).toEqual([0, '']);
  const [result] = resultsOf(finished);
  expect(result).toMatchObject({ slot: one, label: 'A1', outcome: 'pass' });
  expect(result?.phases[0]).toMatchObject({ name: 'enter' });
});

test('a board that comes up as another kind than those in their bootloader is left as it is', async () => {
  await line.plug(one, { mode: 'application', part: 'G474' });
  await line.plug(two);
  const before = await line.bench.inspect(one, { address: 0x0800_0000, length: 0x8000 });
  const finished = await direct.run('flash', BLINKY, '--all', '--enter', 'R', '--json');
  expect(finished.code).toBe(1);
  expect(resultsOf(finished)).toMatchObject([
    { slot: one, outcome: 'error', fault: 'WRONG_BOARD' },
    { slot: two, outcome: 'pass' },
  ]);
  expect(await line.bench.inspect(one, { address: 0x0800_0000, length: 0x8000 })).toEqual(before);
});

test('boot shows that a board is asked, and tells label and port', async () => {
  await line.plug(one, { mode: 'application' });
  await line.plug(two);
  const finished = await direct.run('boot', '--all');
  expect(finished.code).toBe(0);
  expect(finished.stderr).toBe('A1: asked\n');
  expect(finished.stdout).toBe('A1: is in its bootloader now\nA2: was in its bootloader already\n');
  const again = await direct.run('boot', '--all', '--json');
  expect(resultsOf(again)).toMatchObject([
    { slot: one, label: 'A1', wasAsked: false, fault: null },
    { slot: two, label: 'A2', wasAsked: false, fault: null },
  ]);
});
