import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programmed, readImage } from '@flashline/firmware';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { preservedFile, preservedFiles } from './preserved-files.ts';

let data: string;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'flashline-preserved-'));
});
afterEach(() => rm(data, { recursive: true, force: true }));

const ID = '7a0cf7a4-1c0a-4c39-a9bb-b1a0a9b1c2d3';
const SETTINGS = [
  { address: 0x0800_c000, data: Uint8Array.from({ length: 300 }, (_, n) => n & 0xff) },
  { address: 0x080e_0000, data: Uint8Array.of(1, 2, 3) },
];

test('what is kept can be read back as an image, byte for byte', async () => {
  await preservedFiles(data).keep(ID, SETTINGS);
  const file = await readFile(preservedFile(data, ID));
  expect(programmed(readImage(file, { name: 'x.hex' }))).toEqual(SETTINGS);
  expect(await readdir(join(data, 'preserved'))).toEqual([`${ID}.hex`]);
});

test('what was given back is dropped, and what was never kept as well', async () => {
  const safe = preservedFiles(data);
  await safe.keep(ID, SETTINGS);
  await safe.drop(ID);
  await safe.drop('never');
  expect(await readdir(join(data, 'preserved'))).toEqual([]);
});

test('what cannot be kept is refused, so that nothing is erased', async () => {
  await writeFile(join(data, 'preserved'), 'a file, not a folder');
  await expect(preservedFiles(data).keep(ID, SETTINGS)).rejects.toMatchObject({ code: 'RECORD_FAILED' });
});

test('a write that fails at its last step leaves nothing half written', async () => {
  await mkdir(join(data, 'preserved', `${ID}.hex`), { recursive: true });
  await expect(preservedFiles(data).keep(ID, SETTINGS)).rejects.toMatchObject({ code: 'RECORD_FAILED' });
  expect(await readdir(join(data, 'preserved'))).toEqual([`${ID}.hex`]);
});
