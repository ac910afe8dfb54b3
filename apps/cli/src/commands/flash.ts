import { type ExpectedBoard, Fault, layoutText, type Recipe, usbId } from '@flashline/contracts';
import { type Ending, flashDirect, workDirect } from '@flashline/worker';
import type { Command } from 'commander';
import { addBoardOptions, type BoardOptions, type ChosenBoards, withBoards } from '../boards/board-choice.ts';
import { progressOf } from '../boards/board-jobs.ts';
import { labelOf } from '../bus-choice.ts';
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
    process.exitCode = await withBoards(options, (boards) => flash(boards, { images, recipe, options }));
  });
}

async function flash(boards: ChosenBoards, work: FlashWork): Promise<number> {
  const { bus, devices } = boards;
  const { images, options } = work;
  const board = await onlyKind(boards);
  const records = await DirectRecords.open(options.data, boards);
  const endings = await flashAll(boards, { ...work, board, records });
  const results = [];
  for (const [index, { path }] of devices.entries()) {
    const ending = endings[index];
    if (ending === undefined) throw new Fault('STATION_BUG', { reason: 'a board without an ending' });
    const preserved = await records.ended(path, {
      hasOwnSerial: ending.hasOwnSerial,
      proven: provenBy(ending, work.recipe),
      gaveBack: ending.outcome === 'pass' ? work.recipe.preserve : null,
    });
    if (preserved !== null) console.error(`${labelOf(bus, path)}: what was to be preserved is in ${preserved}`);
    const { phases, locked } = ending;
    const ms = phases.reduce((sum, phase) => sum + phase.ms, 0);
    results.push({ ...proofResult(path, images, { ...ending, ms }), phases, locked, preserved });
  }
  console.log(options.json ? JSON.stringify({ results }) : proofTable(bus, results));
  return results.every(({ outcome }) => outcome === 'pass') ? EXIT.ok : EXIT.notPassed;
}

async function flashAll(
  boards: ChosenBoards,
  { images, recipe, options, board, records }: FlashWork & { board: ExpectedBoard; records: DirectRecords },
): Promise<Ending[]> {
  const { bus, parts, devices, signal } = boards;
  const [first, ...others] = images.files;
  const progress = progressOf(boards, options.json);
  try {
    return await flashDirect({
      bus: bus.choice,
      parts,
      devices,
      order: { ...orderOf(first), beside: others.map(orderOf), board, recipe, leave: !options.stay },
      trust: (path) => records.trust(path),
      rescued: (path) => records.rescued(path),
      signal,
      onProgress: (path, phase, fraction) => progress.at(path, phase, fraction),
      onEnded: (path, ending) => progress.ended(path, endOf(ending)),
      onPreserved: (path, ranges) => records.keep(path, ranges),
    });
  } finally {
    progress.close();
  }
}

/** An attempt that ended before its erase has left the board as it was; of a host that died nobody knows how far it came. */
function provenBy({ outcome, board, phases }: Ending, { unprotect }: Recipe): 'all' | 'this' | 'nothing' {
  if (outcome === 'pass') return 'all';
  const isUntouched = board !== null && !unprotect && phases.every(({ name }) => name !== 'erase');
  return isUntouched ? 'this' : 'nothing';
}

function orderOf({ path, sha256, loadAddress }: ImageFile) {
  return { imageFile: path, imageName: path, imageSha256: sha256, loadAddress };
}

function endOf({ outcome, fault }: Ending): Ended {
  return { word: [outcome.toUpperCase(), fault ?? []].flat().join(' '), isGood: outcome === 'pass' };
}

/** One image is for one kind of board: with several kinds plugged in, a person says which. All ST ROMs have one id, so they are asked. */
async function onlyKind(boards: ChosenBoards): Promise<ExpectedBoard> {
  const { devices } = boards;
  const ids = new Set(devices.map(({ vendorId, productId }) => usbId(vendorId, productId)));
  const layouts = devices.length > 1 ? await layoutsOf(boards) : new Set<string>();
  const [first] = devices;
  if (first === undefined || ids.size > 1 || layouts.size > 1) {
    const reason = 'boards of several kinds: choose those of one with --slot';
    throw new Fault('USAGE', { reason, ids: [...ids].join(' '), layouts: [...layouts].join(' ') });
  }
  const [layout = null] = layouts;
  return { vendorId: first.vendorId, productId: first.productId, bcdDevice: null, layout };
}

/** What the boards say of their flash; one that cannot be asked will say why when it is flashed. */
async function layoutsOf({ bus, parts, devices, signal }: ChosenBoards): Promise<Set<string>> {
  const work = { bus: bus.choice, parts, devices, signal, board: null, onProgress: () => {} };
  const reports = await workDirect({ ...work, job: { kind: 'inspect' } });
  return new Set(reports.flatMap(({ facts }) => (facts?.board.layout ? [layoutText(facts.board.layout)] : [])));
}
