import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readPartsFile, readRecipeFile } from '@flashline/config';
import { findPart, parseMemoryMap, planFlash } from '@flashline/dfuse';
import { composeImage, readImage } from '@flashline/firmware';
import { expect, test } from 'vitest';

const LAYOUT = '@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg';

function shipped(path: string): string {
  return fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
}

test('the example recipe and the example image are accepted together, as a station plans them for an F405', async () => {
  const recipe = await readRecipeFile(shipped('config/recipe.example.yaml'));
  const blinky = readImage(await readFile(shipped('examples/blinky-f405/blinky.hex')));
  const patches = recipe.patches.map(({ address, data }) => ({ address, data: Buffer.from(data, 'hex') }));
  const image = composeImage([{ image: blinky, name: 'blinky.hex' }], patches);
  const parts = await readPartsFile(shipped('config/parts.yaml'));
  const alternates = [LAYOUT];
  const part = findPart(parts, { vendorId: 0x0483, productId: 0xdf11, bcdDevice: 0x2200, layout: LAYOUT, alternates });
  const plan = planFlash(image, parseMemoryMap(LAYOUT), recipe, part);
  expect(plan.preserve).toEqual(recipe.preserve);
  // The board could never show an application that the image is not.
  expect(recipe.application).toBeNull();
});
