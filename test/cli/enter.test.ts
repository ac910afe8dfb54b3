import { readFile, writeFile } from 'node:fs/promises';
import { programmed, readImage, writeImage } from '@flashline/firmware';
import { expect } from 'vitest';
import { resultsOf } from '../support/direct.ts';
import { BLINKY } from '../support/line.ts';
import { Running } from '../support/processes.ts';
import { test } from './two-slots.ts';

/** The flash of an F072. */
const F072 = { address: 0x0800_0000, length: 128 * 1024 };

test('flash --enter flashes each board as soon as it is in its bootloader; one that does not come up fails by itself', async ({
  line,
  direct,
  one,
  two,
}) => {
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

test('the time that a board was asked is a phase of its flash, and labels stand beside ports', async ({
  line,
  direct,
  one,
}) => {
  await line.plug(one, { mode: 'application' });
  const finished = await direct.run('flash', BLINKY, '--slot', 'A1', '--enter', 'R', '--json');
  expect([finished.code, finished.stderr]).toEqual([0, '']);
  const [result] = resultsOf(finished);
  expect(result).toMatchObject({ slot: one, label: 'A1', outcome: 'pass' });
  expect(result?.phases[0]).toMatchObject({ name: 'enter' });
});

test('a board that comes up as another kind than those in their bootloader is left as it is', async ({
  line,
  direct,
  one,
  two,
}) => {
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

test('of boards of several kinds that all run, each is judged by its own memory, and the others go on', async ({
  line,
  direct,
  one,
  two,
}) => {
  await line.plug(one, { mode: 'application', part: 'F072' });
  await line.plug(two, { mode: 'application' });
  const before = await line.bench.inspect(one, F072);
  await writeFile(direct.inFolder('settings.bin'), new Uint8Array(64).fill(7));
  const images = [BLINKY, `${direct.inFolder('settings.bin')}@0x08040000`];
  const finished = await direct.run('flash', ...images, '--all', '--enter', 'R', '--json');
  expect(finished.code).toBe(1);
  expect(resultsOf(finished)).toMatchObject([
    { slot: one, outcome: 'error', fault: 'IMAGE_DOES_NOT_FIT' },
    { slot: two, outcome: 'pass' },
  ]);
  expect(await line.bench.inspect(one, F072)).toEqual(before);
  expect(await line.isFlashed(two)).toBe(true);
});

test('an image that says what it is for is flashed to boards of that kind only, whoever comes up first', async ({
  line,
  direct,
  one,
  two,
}) => {
  await line.plug(one, { mode: 'application', part: 'AT32F437' });
  await line.plug(two, { mode: 'application' });
  const image = direct.inFolder('blinky.dfu');
  const ranges = programmed(readImage(await readFile(BLINKY)));
  await writeFile(image, writeImage(ranges, 'dfu', { vendorId: 0x0483, productId: 0xdf11, bcdDevice: 0xffff }));
  const finished = await direct.run('flash', image, '--all', '--enter', 'R', '--json');
  expect(resultsOf(finished)).toMatchObject([
    { slot: one, outcome: 'error', fault: 'WRONG_BOARD' },
    { slot: two, outcome: 'pass' },
  ]);
});

test('boot shows that a board is asked, and tells label and port', async ({ line, direct, one, two }) => {
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
