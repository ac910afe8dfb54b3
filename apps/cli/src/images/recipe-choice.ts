import { readRecipeFile } from '@flashline/config';
import { type BootloaderEntry, ErasePolicy, Fault, PLAIN_RECIPE, type RangeInfo, Recipe } from '@flashline/contracts';
import { type Command, Option } from 'commander';
import { entryOption } from '../boards/entry-option.ts';
import { repeated } from '../options.ts';
import { parsePatch, parseRange } from './memory-range.ts';

/** What the options of a recipe parse to. */
export interface RecipeOptions {
  readonly recipe?: string;
  readonly erase?: ErasePolicy;
  readonly preserve: readonly RangeInfo[];
  readonly patch: Readonly<Recipe['patches']>;
  readonly unprotect: boolean;
  readonly mayEraseRest: boolean;
  readonly enter?: BootloaderEntry;
}

/** Adds the options that say how a board is programmed, besides the image. */
export function addRecipeOptions(command: Command): Command {
  return command
    .option('--recipe <file>', 'how to program the boards (YAML); the options below go before it')
    .addOption(
      new Option(
        '--erase <what>',
        'sectors that hold something else, the whole flash by one command, or nothing',
      ).choices(ErasePolicy.options),
    )
    .addOption(
      new Option('--preserve <range>', 'keep what the board holds here, such as 0x0800c000+16K; may be repeated')
        .argParser(repeated(parseRange))
        .default([]),
    )
    .addOption(patchOption())
    .option('--unprotect', 'remove the read protection of boards that have it, which erases all of the chip', false)
    .option('--may-erase-rest', 'what lies outside the image may go where that is faster', false)
    .addOption(entryOption('--enter <way>'));
}

/** Bytes over the image: `--patch`. */
export function patchOption(): Option {
  return new Option('--patch <bytes>', 'lay bytes over the image: 0x0801fff0=534e3031; may be repeated')
    .argParser(repeated(parsePatch))
    .default([]);
}

/**
 * The recipe file with the options over it; what they preserve and patch comes on top. Throws FILE_UNREADABLE or CONFIG_INVALID
 * for the file, USAGE for what does not go together.
 */
export async function chooseRecipe(options: RecipeOptions): Promise<Recipe> {
  const file = options.recipe === undefined ? PLAIN_RECIPE : await readRecipeFile(options.recipe);
  const recipe = Recipe.safeParse({
    ...file,
    erase: options.erase ?? file.erase,
    keepsRest: options.mayEraseRest ? false : file.keepsRest,
    preserve: [...file.preserve, ...options.preserve],
    patches: [...file.patches, ...options.patch],
    unprotect: options.unprotect || file.unprotect,
    enter: options.enter ?? file.enter,
  });
  if (recipe.success) return recipe.data;
  const [issue] = recipe.error.issues;
  throw new Fault('USAGE', { field: issue?.path.join('.') ?? null, reason: issue?.message ?? null });
}
