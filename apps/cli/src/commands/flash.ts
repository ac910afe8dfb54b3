import { type ExpectedBoard, Fault, layoutText, type Recipe, usbId } from '@flashline/contracts';
import type { BusDevice } from '@flashline/dfuse';
import { type Ending, type EntryReport, endingOfFault, flashDirect, workDirect } from '@flashline/worker';
import type { Command } from 'commander';
import { addBoardOptions, type BoardOptions, type ChosenBoards, withBoards } from '../boards/board-choice.ts';
import { progressOf } from '../boards/board-jobs.ts';
import { asFound, type Entered, enterAll } from '../boards/entering.ts';
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
    const work = { images, recipe, options };
    const alsoRunning = recipe.enter !== null;
    process.exitCode = await withBoards(options, (boards) => flash(boards, work), { alsoRunning });
  });
}

async function flash(boards: ChosenBoards, work: FlashWork): Promise<number> {
  const { images, recipe, options } = work;
  const entered = recipe.enter === null ? asFound(boards.devices) : await enterAll(boards, recipe.enter);
  const flashed = await flashReady(boards, entered, work);
  const results = entered.map(({ found: { path }, report }) => {
    const done = flashed.get(path) ?? { ending: endingOf(report), preserved: null };
    const { phases, locked, application } = done.ending;
    const ms = phases.reduce((sum, phase) => sum + phase.ms, 0);
    const proof = proofResult(path, images, { ...done.ending, ms });
    return { ...proof, phases, locked, application, preserved: done.preserved };
  });
  console.log(options.json ? JSON.stringify({ results }) : proofTable(boards.bus, results));
  return results.every(({ outcome }) => outcome === 'pass') ? EXIT.ok : EXIT.notPassed;
}

/** The ending of a board that did not get into its bootloader. */
function endingOf(report: EntryReport): Ending {
  if (report.fault === null) throw new Fault('STATION_BUG', { reason: 'a board without an ending' });
  return endingOfFault(new Fault(report.fault, report.faultDetails));
}

/** How the work on a board ended, and the file with what was preserved of it and not given back. */
interface Flashed {
  readonly ending: Ending;
  readonly preserved: string | null;
}

/** Flashes those that are in their bootloader. What came of them, by port. */
async function flashReady(
  boards: ChosenBoards,
  entered: readonly Entered[],
  work: FlashWork,
): Promise<ReadonlyMap<string, Flashed>> {
  const ready = { ...boards, devices: entered.flatMap(({ report: { device } }) => (device === null ? [] : [device])) };
  if (ready.devices.length === 0) return new Map();
  const board = await onlyKind(ready);
  const records = await DirectRecords.open(work.options.data, ready);
  const endings = await flashAll(ready, { ...work, board, records, ranAs: ranAsOf(entered) });
  const flashed = await Promise.all(
    ready.devices.map(async ({ path }, n): Promise<[string, Flashed]> => {
      const ending = endings[n];
      if (ending === undefined) throw new Fault('STATION_BUG', { reason: 'a board without an ending' });
      const preserved = await records.ended(path, {
        hasOwnSerial: ending.hasOwnSerial,
        proven: provenBy(ending, work.recipe),
        gaveBack: ending.outcome === 'pass' ? work.recipe.preserve : null,
      });
      if (preserved !== null)
        console.error(`${labelOf(boards.bus, path)}: what was to be preserved is in ${preserved}`);
      return [path, { ending, preserved }];
    }),
  );
  return new Map(flashed);
}

/** What those that were asked ran as. */
function ranAsOf(entered: readonly Entered[]): (path: string) => BusDevice | null {
  const running = new Map(entered.flatMap(({ found }) => (found.mode === 'application' ? [[found.path, found]] : [])));
  return (path) => running.get(path) ?? null;
}

interface FlashAll extends FlashWork {
  readonly board: ExpectedBoard;
  readonly records: DirectRecords;
  readonly ranAs: (path: string) => BusDevice | null;
}

async function flashAll(
  boards: ChosenBoards,
  { images, recipe, options, board, records, ranAs }: FlashAll,
): Promise<Ending[]> {
  const { bus, parts, devices, signal } = boards;
  const [first, ...others] = images.files;
  const progress = progressOf(boards, options.json);
  try {
    return await flashDirect({
      bus: bus.choice,
      parts,
      devices,
      order: { ...orderOf(first), beside: others.map(orderOf), board, recipe, unit: null, leave: !options.stay },
      trust: (path) => records.trust(path),
      rescued: (path) => records.rescued(path),
      ranAs,
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
