import { Recipe } from '@flashline/contracts';
import { readYamlFile } from './yaml-file.ts';

/** A recipe may hold 64 patches of 4096 bytes, in hex. */
const RECIPE_BYTES_MAX = 1024 * 1024;

/** Reads a recipe; what it leaves out is the careful default. Throws FILE_UNREADABLE or CONFIG_INVALID. */
export async function readRecipeFile(path: string): Promise<Recipe> {
  return readYamlFile(path, Recipe, { bytesMax: RECIPE_BYTES_MAX });
}
