import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programmed, readImage } from '@flashline/firmware';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { outputFiles, save } from './output-file.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flashline-output-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const WHOLE = { force: false, ranges: null };
const HELD = [{ address: 0x0800_0000, data: Uint8Array.of(1, 2, 3, 4) }];

test.each(['hex', 'bin', 'dfu', 'srec'])('what is saved as .%s reads back as the same bytes', async (extension) => {
  const [file] = await outputFiles(join(folder, `board.${extension}`), ['A1'], WHOLE);
  if (file === undefined) throw new Error('no file');
  await save(file, HELD, { vendorId: 0x0483, productId: 0xdf11, bcdDevice: 0x2200 });
  const loadAddress = extension === 'bin' ? 0x0800_0000 : null;
  expect(programmed(readImage(await readFile(file.path), { name: file.path, loadAddress }))).toEqual(HELD);
  expect(await readdir(folder)).toEqual([`board.${extension}`]);
});

test('several boards have a file each, with the label in its name', async () => {
  const files = await outputFiles(join(folder, 'board.v1.hex'), ['A1', '1-2.3'], WHOLE);
  expect(files.map(({ path }) => path)).toEqual([join(folder, 'board.v1-A1.hex'), join(folder, 'board.v1-1-2.3.hex')]);
});

test('a file that is there already is replaced only by force, also when it is the second of two', async () => {
  await writeFile(join(folder, 'board-A2.hex'), 'mine');
  const name = join(folder, 'board.hex');
  await expect(outputFiles(name, ['A1', 'A2'], WHOLE)).rejects.toMatchObject({ code: 'USAGE' });
  expect(await outputFiles(name, ['A1', 'A2'], { force: true, ranges: null })).toHaveLength(2);
  expect(await readFile(join(folder, 'board-A2.hex'), 'utf8')).toBe('mine');
});

test.each([
  ['a name that says no format', 'board', null],
  ['a format that is not written', 'board.elf', null],
  [
    'ranges that overlap',
    'board.hex',
    [
      { address: 0, bytes: 4 },
      { address: 2, bytes: 4 },
    ],
  ],
  [
    'a raw binary with a gap',
    'board.bin',
    [
      { address: 0, bytes: 4 },
      { address: 8, bytes: 4 },
    ],
  ],
])('%s is refused', async (_what, name, ranges) => {
  await expect(outputFiles(join(folder, name), ['A1'], { force: true, ranges })).rejects.toMatchObject({
    code: 'USAGE',
  });
});

test('a folder is no file, and force does not make it one', async () => {
  await mkdir(join(folder, 'board.hex'));
  await expect(outputFiles(join(folder, 'board.hex'), ['A1'], { ...WHOLE, force: true })).rejects.toMatchObject({
    code: 'USAGE',
  });
});

test('a folder that is not there is said to be so before anything is read', async () => {
  await expect(outputFiles(join(folder, 'nowhere', 'board.hex'), ['A1'], WHOLE)).rejects.toMatchObject({
    code: 'USAGE',
  });
});

test('ranges side by side are one raw binary, in whatever order they are named', async () => {
  const ranges = [
    { address: 4, bytes: 4 },
    { address: 0, bytes: 4 },
  ];
  expect(await outputFiles(join(folder, 'board.bin'), ['A1'], { force: false, ranges })).toMatchObject([
    { format: 'bin' },
  ]);
});
