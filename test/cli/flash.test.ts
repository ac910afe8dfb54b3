import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { digestOf, programmed, readImage, writeImage } from '@flashline/firmware';
import { expect } from 'vitest';
import { type Result, resultsOf } from '../support/direct.ts';
import { BLINKY } from '../support/line.ts';
import { flashline, Running } from '../support/processes.ts';
import { test } from './two-slots.ts';

const EXAMPLE = fileURLToPath(new URL('../../config/recipe.example.yaml', import.meta.url));

test('programs several images with patches as one, and names every file', async ({ line, direct, one }) => {
  await line.plug(one);
  const app = Uint8Array.from({ length: 5000 }, (_, n) => (n * 7) & 0xff);
  await writeFile(direct.inFolder('app.bin'), app);
  const images = [BLINKY, `${direct.inFolder('app.bin')}@0x08040000`, '--patch', '0x0801c000=534e3031'];
  const [result] = await direct.results('flash', ...images);
  expect(result).toMatchObject({ outcome: 'pass', image: { bytes: 82_108 + 5000 + 4 } });
  expect(result?.image.files).toEqual([
    {
      file: BLINKY,
      sha256: createHash('sha256')
        .update(await readFile(BLINKY))
        .digest('hex'),
      address: null,
    },
    { file: direct.inFolder('app.bin'), sha256: createHash('sha256').update(app).digest('hex'), address: '0x08040000' },
  ]);
  expect(await line.isFlashed(one)).toBe(true);
  expect(await direct.bytesOf(one, 0x0804_0000, app.length)).toEqual(app);
  expect(Buffer.from(await direct.bytesOf(one, 0x0801_c000, 4)).toString()).toBe('SN01');
});

test('keeps what it is told to preserve, and leaves nothing behind once the board has it again', async ({
  line,
  direct,
  one,
}) => {
  await line.plug(one);
  const before = await direct.bytesOf(one, 0x0801_e000, 4096);
  const { code } = await direct.run('flash', BLINKY, '--preserve', '0x0801e000+4K');
  expect(code).toBe(0);
  expect(await direct.bytesOf(one, 0x0801_e000, 4096)).toEqual(before);
  expect(await line.isFlashed(one)).toBe(true);
  expect(await direct.files()).toEqual([]);
});

test('says where the preserved bytes are when the board did not get them back', async ({ line, direct, one }) => {
  // Everything past 0x0801e000 in this sector is lost when it is written.
  await line.plug(one, { misbehaviours: [{ kind: 'silent-write-loss', address: 0x0801_e000, length: 4096 }] });
  const before = await direct.bytesOf(one, 0x0801_e000, 4096);
  const finished = await direct.run('flash', BLINKY, '--preserve', '0x0801e000+4K', '--json');
  expect(finished.code).toBe(1);
  const preserved = resultsOf(finished)[0]?.preserved ?? '';
  expect(finished.stderr).toContain(`A1: what was to be preserved is in ${preserved}`);
  const kept = programmed(readImage(await readFile(preserved), { name: 'kept.hex' }));
  expect(kept.map(({ address }) => address)).toEqual([0x0801_e000]);
  expect(Buffer.compare(kept[0]?.data ?? new Uint8Array(), before)).toBe(0);
});

test('takes a recipe, which options go before', async ({ line, direct, one }) => {
  await line.plug(one);
  await writeFile(direct.inFolder('recipe.yaml'), 'erase: none\n');
  const refused = await direct.results('flash', BLINKY, '--recipe', direct.inFolder('recipe.yaml'));
  expect(refused).toMatchObject([{ outcome: 'fail', fault: 'FLASH_NOT_BLANK' }]);
  expect(await direct.files(), 'a board that was only looked at is not suspect').toEqual(['recipe.yaml']);
  const { code } = await direct.run('flash', BLINKY, '--recipe', direct.inFolder('recipe.yaml'), '--erase', 'needed');
  expect(code).toBe(0);
});

test('takes the example recipe with the example image, and keeps the settings between its two ranges', async ({
  line,
  direct,
  one,
}) => {
  await line.plug(one);
  const before = await direct.bytesOf(one, 0x0800_4000, 0x4000);
  const [result] = await direct.results('flash', BLINKY, '--recipe', EXAMPLE);
  expect(result).toMatchObject({ outcome: 'pass', fault: null });
  expect(await direct.bytesOf(one, 0x0800_4000, 0x4000)).toEqual(before);
  expect(Buffer.from(await direct.bytesOf(one, 0x0801_fff0, 8)).toString()).toBe('SN000017');
  expect(await line.isFlashed(one)).toBe(true);
});

test('may leave boards in their bootloader', async ({ line, direct, one }) => {
  await line.plug(one);
  expect((await direct.run('flash', BLINKY, '--stay')).code).toBe(0);
  expect((await line.bench.list()).map(({ mode }) => mode)).toEqual(['dfu']);
  expect((await direct.run('verify', BLINKY)).code).toBe(0);
});

test('unprotects boards only when it is told to', async ({ line, direct, one }) => {
  await line.plug(one, { misbehaviours: [{ kind: 'read-protected' }] });
  expect(await direct.results('flash', BLINKY)).toMatchObject([{ fault: 'BOARD_READ_PROTECTED' }]);
  expect(await direct.results('flash', BLINKY, '--unprotect')).toMatchObject([{ outcome: 'pass' }]);
  expect(await line.isFlashed(one)).toBe(true);
});

test('takes boards of one kind at a time', async ({ line, direct, one, two }) => {
  await line.plug(one);
  await line.plug(two, { part: 'AT32F415' });
  const { code, stderr } = await direct.run('flash', BLINKY, '--all');
  expect(code).toBe(2);
  expect(stderr).toMatch(/^USAGE: .*0483:df11 2e3c:df11/);
});

test('does not believe a board on which a flash was interrupted, until it has passed', async ({
  line,
  direct,
  one,
}) => {
  await line.plug(one, { contents: 'blank' });
  const interrupted = new Running(['flash', BLINKY, ...direct.options('flash', 20)]);
  await new Promise<void>((resolve) => {
    interrupted.child.stderr?.on('data', () => {
      if (/A1: write/.test(interrupted.stderr)) resolve();
    });
  });
  await interrupted.kill();
  expect(await readdir(direct.inFolder('virtual/touched'))).toHaveLength(1);
  // The same chip; what an interrupted erase has left of it nobody can see.
  await line.bench.unplug(one);
  await line.plug(one, { contents: 'blank' });
  const bytesIn = (name: string, [found]: readonly Result[]) =>
    found?.phases.find((phase) => phase.name === name)?.bytes;
  const second = await direct.results('flash', BLINKY);
  expect(bytesIn('plan', second), 'nothing is looked at').toBe(0);
  expect(bytesIn('erase', second), 'every sector under the image is erased').toBe(112 * 1024);
  expect(await direct.files()).toEqual([]);
  await line.bench.unplug(one);
  await line.plug(one, { contents: 'blank' });
  expect(bytesIn('plan', await direct.results('flash', BLINKY))).toBeGreaterThan(0);
});

test('virtual boards of any part can be tried, blank or used', async () => {
  const virtual = ['--virtual', '2', '--all', '--virtual-part', 'G474', '--virtual-speed', '0', '--json'];
  const flashed = await flashline(['flash', BLINKY, ...virtual, '--virtual-contents', 'blank']);
  expect(resultsOf(flashed)).toMatchObject([{ outcome: 'pass' }, { outcome: 'pass' }]);
  const { boards } = JSON.parse((await flashline(['info', ...virtual])).stdout) as { boards: unknown[] };
  expect(boards).toMatchObject([{ part: 'G474' }, { part: 'G474' }]);
});

test('an image in any format is flashed as the same bytes', async ({ line, direct, one }) => {
  const ranges = programmed(readImage(await readFile(BLINKY)));
  await mkdir(direct.inFolder('images'));
  for (const format of ['srec', 'dfu'] as const) {
    await writeFile(direct.inFolder(`images/blinky.${format}`), writeImage(ranges, format));
    await line.plug(one);
    const [result] = await direct.results('flash', direct.inFolder(`images/blinky.${format}`));
    expect(result).toMatchObject({ outcome: 'pass', image: { sha256: digestOf(ranges).sha256 } });
    await line.bench.unplug(one);
  }
});
