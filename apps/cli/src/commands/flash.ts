import type { Recipe } from '@flashline/contracts';
import { type Ending, flashDirect } from '@flashline/worker';
import type { Command } from 'commander';
import { addBoardOptions, type BoardOptions, type ChosenBoards, withBoards } from '../boards/board-choice.ts';
import { progressOf, wordOf } from '../boards/board-jobs.ts';
import { type KindFor, oneKind } from '../boards/board-kind.ts';
import { namesOf } from '../bus-choice.ts';
import { EXIT } from '../exit.ts';
import { DirectRecords } from '../files/direct-records.ts';
import type { ImageFile } from '../images/image-file.ts';
import { type ImageSet, readImageSet } from '../images/image-set.ts';
import { addRecipeOptions, chooseRecipe, type RecipeOptions } from '../images/recipe-choice.ts';
import { option } from '../options.ts';
import type { Ended } from '../progress/progress.ts';
import { proofResult, proofTable } from '../reports/proof-report.ts';

interface FlashOptions extends BoardOptions, RecipeOptions {
  readonly address?: number;
  readonly stay: boolean;
  readonly data: string;
}

/** What is done to each of the boards. */
interface FlashWork {
  readonly images: ImageSet;
  readonly recipe: Recipe;
  readonly options: FlashOptions;
}

/** `flashline flash IMAGE`: flashes boards without a coordinator. */
export function addFlash(program: Command): void {
  const command = program
    .command('flash')
    .description('flash and prove boards, without a coordinator and without records')
    .argument('<image...>', 'Intel HEX, DfuSe .dfu, ELF, S-records, UF2, or raw binary, as app.bin@0x08010000')
    .addOption(option.address());
  addRecipeOptions(command).option('--stay', 'leave the boards in their bootloader', false).addOption(option.data());
  addBoardOptions(command).action(async (names: readonly string[], options: FlashOptions) => {
    const recipe = await chooseRecipe(options);
    const images = await readImageSet(names, options.address ?? null, recipe.patches);
    const work = { images, recipe, options };
    const alsoRunning = recipe.enter !== null;
    process.exitCode = await withBoards(options, (boards) => flash(boards, work), { alsoRunning });
  });
}

async function flash(boards: ChosenBoards, work: FlashWork): Promise<number> {
  const { images, recipe, options } = work;
  const { bus, devices } = boards;
  const kindFor = await oneKind(boards);
  const records = await DirectRecords.open(options.data, bus);
  const endings = await flashAll(boards, { ...work, kindFor, records });
  const results = await Promise.all(
    endings.map(async (ending, index) => {
      const names = namesOf(bus, devices[index]?.path ?? '');
      const preserved = await recordEnd(records, names.slot, ending, recipe);
      if (preserved !== null) console.error(`${names.label}: what was to be preserved is in ${preserved}`);
      const { phases, locked, application } = ending;
      const ms = phases.reduce((sum, phase) => sum + phase.ms, 0);
      return { ...proofResult(names, images, { ...ending, ms }), phases, locked, application, preserved };
    }),
  );
  console.log(options.json ? JSON.stringify({ results }) : proofTable(results));
  return results.every(({ outcome }) => outcome === 'pass') ? EXIT.ok : EXIT.notPassed;
}

/** Resolves with the file that holds what was preserved of the board and not given back, or null. */
function recordEnd(records: DirectRecords, path: string, ending: Ending, recipe: Recipe): Promise<string | null> {
  return records.ended(path, {
    hasOwnSerial: ending.hasOwnSerial,
    proven: provenBy(ending, recipe),
    gaveBack: ending.outcome === 'pass' ? recipe.preserve : null,
  });
}

/** An attempt that ended before its erase has left the board as it was; of a host that died nobody knows how far it came. */
function provenBy({ outcome, board, phases }: Ending, { unprotect }: Recipe): 'all' | 'this' | 'nothing' {
  if (outcome === 'pass') return 'all';
  const isUntouched = board !== null && !unprotect && phases.every(({ name }) => name !== 'erase');
  return isUntouched ? 'this' : 'nothing';
}

interface FlashAll extends FlashWork {
  readonly kindFor: KindFor;
  readonly records: DirectRecords;
}

async function flashAll(
  boards: ChosenBoards,
  { images, recipe, options, kindFor, records }: FlashAll,
): Promise<Ending[]> {
  const { bus, parts, devices, signal } = boards;
  const [first, ...others] = images.files;
  const progress = await progressOf(boards, options.json);
  try {
    return await flashDirect({
      bus: bus.choice,
      parts,
      devices,
      order: { ...orderOf(first), beside: others.map(orderOf), recipe, unit: null, leave: !options.stay },
      onReady: async (device) => ({
        board: kindFor(device),
        trust: await records.begin(device),
        rescued: await records.rescued(device.path),
      }),
      signal,
      nowMs: () => performance.now(),
      onProgress: (path, phase, fraction) => progress.at(path, wordOf(phase), fraction),
      onEnded: (path, ending) => progress.ended(path, endOf(ending)),
      onPreserved: (path, ranges) => records.keep(path, ranges),
    });
  } finally {
    progress.close();
  }
}

function orderOf({ path, sha256, loadAddress }: ImageFile) {
  return { imageFile: path, imageName: path, imageSha256: sha256, loadAddress };
}

function endOf({ outcome, fault }: Ending): Ended {
  return { word: [outcome.toUpperCase(), fault ?? []].flat().join(' '), isGood: outcome === 'pass' };
}
