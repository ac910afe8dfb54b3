import { FAULTS, Fault, type PhaseName, ST_BOOTLOADER } from '@flashline/contracts';
import type { BusDevice } from '@flashline/dfuse';
import { type Ending, flashDirect, lookAtBus } from '@flashline/worker';
import type { Command } from 'commander';
import { type ChosenBus, chooseBus } from '../bus-choice.ts';
import { EXIT } from '../exit.ts';
import { type ImageFile, readFlashableFile } from '../image-file.ts';
import { option, type VirtualOptions } from '../options.ts';
import { table } from '../table.ts';
import { labelOf } from './list.ts';

interface FlashOptions extends VirtualOptions {
  readonly slot: readonly string[];
  readonly all: boolean;
  readonly address?: number;
  readonly json: boolean;
}

/** `flashline flash IMAGE`: flashes boards without a coordinator. */
export function addFlash(program: Command): void {
  program
    .command('flash')
    .description('flash and prove boards, without a coordinator and without records')
    .argument('<image>', 'Intel HEX, DfuSe .dfu or raw binary')
    .option('--slot <slot>', 'flash the board in this slot (label or port path); may be repeated', collect, [])
    .option('--all', 'flash every board that is in its bootloader', false)
    .addOption(option.address())
    .addOption(option.json())
    .addOption(option.virtual())
    .addOption(option.virtualBench())
    .addOption(option.virtualSpeed())
    .action(async (image: string, options: FlashOptions) => {
      process.exitCode = await flash(image, options);
    });
}

function collect(value: string, sofar: readonly string[]): string[] {
  return [...sofar, value];
}

async function flash(file: string, options: FlashOptions): Promise<number> {
  const image = await readFlashableFile(file, options.address ?? null);
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => interrupt.abort());
  const bus = await chooseBus(options);
  try {
    const { devices, trouble } = await lookAtBus(bus.choice);
    const paths = choose(bus, devices, options, trouble);
    const reports = await flashDirect({
      bus: bus.choice,
      paths,
      imageFile: image.path,
      imageSha256: image.sha256,
      loadAddress: options.address ?? null,
      board: ST_BOOTLOADER,
      signal: interrupt.signal,
      onProgress: options.json ? () => {} : announcer(bus),
    });
    const results = reports.map((report, index) => resultOf(paths[index] ?? '', image, report));
    console.log(options.json ? JSON.stringify({ results }) : print(bus, results));
    return results.every(({ outcome }) => outcome === 'pass') ? EXIT.ok : EXIT.notPassed;
  } finally {
    await bus.release();
  }
}

/** The ports to flash. Never a guess: several boards and no word about them is a question back. */
function choose(
  bus: ChosenBus,
  devices: readonly BusDevice[],
  { slot: wanted, all }: FlashOptions,
  trouble: string | null,
): string[] {
  const boards = devices.filter(({ mode }) => mode === 'dfu').map(({ path }) => path);
  if (wanted.length > 0) return [...new Set(wanted.map((slot) => pathOf(bus, boards, slot)))];
  if (boards.length === 0) throw new Fault('NO_BOARDS', { reason: trouble });
  if (boards.length > 1 && !all) throw new Fault('SLOT_AMBIGUOUS', { boards: boards.length });
  return boards;
}

function pathOf(bus: ChosenBus, boards: readonly string[], slot: string): string {
  const path = boards.find((board) => board === slot || labelOf(bus, board) === slot);
  if (path === undefined) throw new Fault('SLOT_UNKNOWN', { slot: slot.slice(0, 40) });
  return path;
}

function announcer(bus: ChosenBus): (path: string, phase: PhaseName, fraction: number) => void {
  const told = new Map<string, PhaseName>();
  return (path, phase) => {
    if (told.get(path) === phase) return;
    told.set(path, phase);
    console.error(`${labelOf(bus, path)}: ${phase}`);
  };
}

/** One result as `--json` prints it. `image.sha256` is of the programmed bytes, so it can be held against the read-back. */
interface FlashResult {
  readonly slot: string;
  readonly outcome: Ending['outcome'];
  readonly fault: Ending['fault'];
  readonly faultDetails: Ending['faultDetails'];
  readonly image: { readonly sha256: string; readonly bytes: number; readonly fileSha256: string };
  readonly readback: { readonly sha256: string } | null;
  readonly phases: Ending['phases'];
  readonly transfers: number;
}

function resultOf(slot: string, { content, sha256: fileSha256 }: ImageFile, report: Ending): FlashResult {
  const { outcome, fault, faultDetails, readback, phases, transfers } = report;
  return {
    slot,
    outcome,
    fault,
    faultDetails,
    image: { sha256: content.sha256, bytes: content.bytes, fileSha256 },
    readback: readback === null ? null : { sha256: readback.sha256 },
    phases,
    transfers,
  };
}

function print(bus: ChosenBus, results: readonly FlashResult[]): string {
  const rows = results.map(({ slot, outcome, fault, phases, image, readback, transfers }) => [
    labelOf(bus, slot),
    outcome.toUpperCase(),
    fault ?? '-',
    (phases.reduce((sum, { ms }) => sum + ms, 0) / 1000).toFixed(2),
    image.sha256.slice(0, 12),
    readback?.sha256.slice(0, 12) ?? '-',
    String(transfers),
  ]);
  const advice = [...new Set(results.map(({ fault }) => fault))]
    .filter((fault) => fault !== null)
    .map((fault) => `${fault}: ${FAULTS[fault].says} ${FAULTS[fault].do}`);
  const head = ['slot', 'outcome', 'fault', 'seconds', 'image', 'read back', 'transfers'];
  return [table([head, ...rows]), ...advice].join('\n');
}
