import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf, programmed, writeImage } from '@flashline/firmware';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readImageSet } from './image-set.ts';

let folder: string;
let boot: string;
let app: string;

const BOOT = { address: 0x0800_0000, data: Uint8Array.of(1, 2, 3, 4) };
const APP = Uint8Array.of(5, 6, 7, 8);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flashline-images-'));
  boot = join(folder, 'boot.hex');
  app = join(folder, 'app.bin');
  await writeFile(boot, writeImage([BOOT], 'hex'));
  await writeFile(app, APP);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('several files are one image, and each keeps its own name and hash', async () => {
  const { files, image, content } = await readImageSet([boot, `${app}@0x08010000`], null, []);
  const ranges = [BOOT, { address: 0x0801_0000, data: APP }];
  expect(programmed(image)).toEqual(ranges);
  expect(content).toEqual(digestOf(ranges));
  expect(files.map(({ path, loadAddress, sha256 }) => [path, loadAddress, sha256])).toEqual([
    [
      boot,
      null,
      createHash('sha256')
        .update(writeImage([BOOT], 'hex'))
        .digest('hex'),
    ],
    [app, 0x0801_0000, createHash('sha256').update(APP).digest('hex')],
  ]);
});

test('patches are laid over them and are part of what has to be proven', async () => {
  const plain = await readImageSet([boot], null, []);
  const patched = await readImageSet([boot], null, [{ address: 0x0800_0002, data: 'ffee' }]);
  expect(programmed(patched.image)).toEqual([{ address: 0x0800_0000, data: Uint8Array.of(1, 2, 0xff, 0xee) }]);
  expect(patched.content.sha256).not.toBe(plain.content.sha256);
  expect(patched.files).toEqual(plain.files);
});

test('an @ in the name of a file is no address', async () => {
  const odd = join(folder, 'icon@2x.hex');
  await writeFile(odd, writeImage([BOOT], 'hex'));
  expect((await readImageSet([odd], null, [])).files[0].path).toBe(odd);
});

test.each([
  ['a raw binary without an address', () => [app], 'IMAGE_ADDRESS_NEEDED'],
  ['a second raw binary without an address', () => [boot, app], 'IMAGE_ADDRESS_NEEDED'],
  ['an address that is none', () => [`${app}@0x1_0`], 'IMAGE_ADDRESS_INVALID'],
  ['a negative address', () => [`${app}@-1`], 'IMAGE_ADDRESS_INVALID'],
  ['an address for what has its own', () => [`${boot}@0x08000000`], 'IMAGE_ADDRESS_INVALID'],
  ['files that claim the same bytes', () => [boot, `${app}@0x08000002`], 'IMAGE_OVERLAP'],
  ['a file that is not there', () => [boot, join(folder, 'nowhere.hex')], 'FILE_UNREADABLE'],
  ['more files than anybody has', () => Array.from({ length: 17 }, () => boot), 'USAGE'],
])('%s is refused', async (_what, names, code) => {
  await expect(readImageSet(names(), null, [])).rejects.toMatchObject({ code });
});

test('one address for several files, or two for one, is a question back', async () => {
  await expect(readImageSet([boot, app], 0x0801_0000, [])).rejects.toMatchObject({ code: 'USAGE' });
  await expect(readImageSet([`${app}@0x08010000`], 0x0801_0000, [])).rejects.toMatchObject({ code: 'USAGE' });
});
