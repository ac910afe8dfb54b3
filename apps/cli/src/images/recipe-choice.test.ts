import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PLAIN_RECIPE } from '@flashline/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chooseRecipe } from './recipe-choice.ts';

const NOTHING = { preserve: [], patch: [], unprotect: false, mayEraseRest: false } as const;
let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flashline-recipe-'));
  file = join(folder, 'recipe.yaml');
  await writeFile(
    file,
    "erase: mass\nkeepsRest: false\nunprotect: true\npatches: [{ address: 0x08000000, data: 'aa' }]\npreserve: [{ address: 0x0800c000, bytes: 16 }]\n",
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('without any word about it, the recipe is the careful one', async () => {
  expect(await chooseRecipe(NOTHING)).toEqual(PLAIN_RECIPE);
});

test('each option says its part of the recipe', async () => {
  const preserve = [{ address: 0x0800_8000, bytes: 4 }];
  const patch = [{ address: 0x0801_0000, data: '0102' }];
  expect(await chooseRecipe({ erase: 'none', preserve, patch, unprotect: true, mayEraseRest: true })).toEqual({
    ...PLAIN_RECIPE,
    ...{ erase: 'none', preserve, patches: patch, unprotect: true, keepsRest: false },
  });
});

test('options go before the file; what they preserve and patch comes on top', async () => {
  const preserve = [{ address: 0x0800_8000, bytes: 4 }];
  const recipe = await chooseRecipe({ ...NOTHING, recipe: file, erase: 'needed', preserve });
  expect(recipe).toEqual({
    ...PLAIN_RECIPE,
    ...{ erase: 'needed', keepsRest: false, unprotect: true, patches: [{ address: 0x0800_0000, data: 'aa' }] },
    preserve: [{ address: 0x0800_c000, bytes: 16 }, ...preserve],
  });
});

test('more than a recipe may hold is refused, and so is a file that is none', async () => {
  const patch = Array.from({ length: 65 }, (_, n) => ({ address: n, data: '00' }));
  await expect(chooseRecipe({ ...NOTHING, patch })).rejects.toMatchObject({ code: 'USAGE' });
  await expect(chooseRecipe({ ...NOTHING, recipe: join(folder, 'nowhere.yaml') })).rejects.toMatchObject({
    code: 'FILE_UNREADABLE',
  });
  const wrong = join(folder, 'wrong.yaml');
  await writeFile(wrong, 'erase: everything\n');
  await expect(chooseRecipe({ ...NOTHING, recipe: wrong })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});
