import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PLAIN_RECIPE } from '@flashline/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRecipeFile } from './recipe-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flashline-recipe-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function recipe(text: string) {
  const path = join(folder, 'recipe.yaml');
  await writeFile(path, text);
  return readRecipeFile(path);
}

test('the example asks for nothing that cannot be undone, and shows every field', async () => {
  const example = await readRecipeFile(fileURLToPath(new URL('../../../config/recipe.example.yaml', import.meta.url)));
  expect(Object.keys(example).sort()).toEqual(Object.keys(PLAIN_RECIPE).sort());
  expect(example).toMatchObject({ unprotect: false, lock: [], permanent: false });
  expect(example.patches[0]).toEqual({ address: 0x0801fff0, data: '534e303030303137' });
});

test('what a recipe leaves out is the careful default', async () => {
  expect(await recipe('{}')).toEqual(PLAIN_RECIPE);
  expect(await recipe('erase: mass')).toEqual({ ...PLAIN_RECIPE, erase: 'mass' });
});

test('addresses may be hex; bytes must be quoted, or YAML reads them as a number and takes their zeros away', async () => {
  const { patches } = await recipe("patches: [{ address: 0x08001000, data: '0012' }]");
  expect(patches).toEqual([{ address: 0x0800_1000, data: '0012' }]);
  await expect(recipe('patches: [{ address: 0x08001000, data: 0012 }]')).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    details: { field: 'patches.0.data' },
  });
});

test('a recipe with a field nobody knows is refused', async () => {
  await expect(recipe('unprotekt: true')).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    details: { field: 'unprotekt', line: 1 },
  });
});
