import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
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
const BOARD = { vendorId: 0x0483, productId: 0xdf11, bcdDevice: 0x2200, usbSerial: '../A/1', layout: null };
const FILE = preservedFile('', BOARD, ID).split(/[\\/]/).at(-1) ?? '';
const SETTINGS = [
  { address: 0x0800_c000, data: Uint8Array.from({ length: 300 }, (_, n) => n & 0xff) },
  { address: 0x080e_0000, data: Uint8Array.of(1, 2, 3) },
];

test('what is kept can be read back as an image, byte for byte', async () => {
  await preservedFiles(data).keep(ID, BOARD, SETTINGS);
  const file = await readFile(preservedFile(data, BOARD, ID));
  expect(programmed(readImage(file, { name: 'x.hex' }))).toEqual(SETTINGS);
  expect(await readdir(join(data, 'preserved'))).toEqual([FILE]);
});

test('what was given back is dropped, and what was never kept as well', async () => {
  const safe = preservedFiles(data);
  await safe.keep(ID, BOARD, SETTINGS);
  await safe.drop([ID, 'never']);
  expect(await readdir(join(data, 'preserved'))).toEqual([]);
});

test('what was not given back is left for a board that says the same of itself, the newest of it, and for no other', async () => {
  const safe = preservedFiles(data);
  expect(await safe.left(BOARD)).toBeNull();
  const older = '11111111-1c0a-4c39-a9bb-b1a0a9b1c2d3';
  await safe.keep(older, BOARD, [{ address: 0x0800_c000, data: Uint8Array.of(9) }]);
  await utimes(preservedFile(data, BOARD, older), 1, 1);
  await safe.keep(ID, BOARD, SETTINGS);
  expect(await safe.left({ ...BOARD, usbSerial: 'other' })).toBeNull();
  const left = await safe.left(BOARD);
  expect(left?.ranges).toEqual(SETTINGS);
  expect(left?.attemptIds).toEqual([ID]);
  await safe.drop(left?.attemptIds ?? []);
  expect(await safe.left(BOARD)).toMatchObject({ attemptIds: [older] });
});

test('what is left and cannot be read is told, for it may be the only copy', async () => {
  const safe = preservedFiles(data);
  await safe.keep(ID, BOARD, SETTINGS);
  await writeFile(preservedFile(data, BOARD, ID), ':00');
  await expect(safe.left(BOARD)).rejects.toMatchObject({ code: 'RECORD_FAILED' });
});

test('what cannot be kept is refused, so that nothing is erased', async () => {
  await writeFile(join(data, 'preserved'), 'a file, not a folder');
  await expect(preservedFiles(data).keep(ID, BOARD, SETTINGS)).rejects.toMatchObject({ code: 'RECORD_FAILED' });
});

test('a write that fails at its last step leaves nothing half written', async () => {
  await mkdir(join(data, 'preserved', FILE), { recursive: true });
  await expect(preservedFiles(data).keep(ID, BOARD, SETTINGS)).rejects.toMatchObject({ code: 'RECORD_FAILED' });
  expect(await readdir(join(data, 'preserved'))).toEqual([FILE]);
});
