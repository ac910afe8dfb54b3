import { Fault, type FaultCode, hex32, outcomeOf, type RangeInfo } from '@flashline/contracts';
import { type BoardJobReport, parseMemoryMap } from '@flashline/dfuse';
import { type Command, Option } from 'commander';
import { addBoardOptions, type BoardOptions, type ChosenBoards, withBoards } from '../boards/board-choice.ts';
import { workOn } from '../boards/board-jobs.ts';
import { agreesTo, canAsk } from '../boards/confirmation.ts';
import { labelOf, type NamedSlot, namesOf } from '../bus-choice.ts';
import { EXIT } from '../exit.ts';
import { DirectRecords } from '../files/direct-records.ts';
import { parseRange } from '../images/memory-range.ts';
import { option, repeated } from '../options.ts';
import { adviceOn } from '../reports/advice.ts';
import { sizeOf } from '../reports/sizes.ts';
import { table } from '../table.ts';

interface EraseOptions extends BoardOptions {
  readonly allFlash: boolean;
  readonly range: readonly RangeInfo[];
  readonly yes: boolean;
  readonly data: string;
}

/** `flashline erase`: takes away what boards hold. */
export function addErase(program: Command): void {
  const command = program
    .command('erase')
    .description('erase boards and look whether they are blank; asks first')
    .option('--all-flash', 'the whole flash', false)
    .addOption(
      new Option('--range <range>', 'every sector that this touches, such as 0x08000000+16K; may be repeated')
        .argParser(repeated(parseRange))
        .default([]),
    )
    .option('--yes', 'do not ask', false)
    .addOption(option.data());
  addBoardOptions(command).action(async (options: EraseOptions) => {
    requireWhole(options);
    process.exitCode = await withBoards(options, (boards) => erase(boards, options));
  });
}

/** What is erased is never a default, and neither is of which boards. */
function requireWhole({ allFlash, range, slot, all, yes }: EraseOptions): void {
  const refuse = (reason: string) => new Fault('USAGE', { reason });
  if (allFlash === range.length > 0) throw refuse('say what to erase: --all-flash or --range');
  if (slot.length === 0 && !all) throw refuse('say which boards: --slot or --all');
  if (!yes && !canAsk()) throw refuse('nobody can be asked here: --yes says that it is meant');
}

async function erase(boards: ChosenBoards, options: EraseOptions): Promise<number> {
  const { bus, devices, signal } = boards;
  const ranges = options.allFlash ? null : options.range;
  if (!options.yes && !(await agreesTo(await questionAbout(boards, ranges), signal))) {
    console.error('Nothing was erased.');
    return EXIT.notPassed;
  }
  const records = await DirectRecords.open(options.data, bus);
  await Promise.all(devices.map((device) => records.begin(device)));
  const reports = await workOn(boards, { kind: 'erase', ranges }, options);
  const results = reports.map((report, index) => resultOf(namesOf(bus, devices[index]?.path ?? ''), report));
  for (const [index, { fault, hasOwnSerial }] of reports.entries()) {
    const proven = options.allFlash ? 'all' : 'this';
    const ended = { hasOwnSerial, proven: fault === null ? proven : 'nothing', gaveBack: null } as const;
    await records.ended(devices[index]?.path ?? '', ended);
  }
  console.log(options.json ? JSON.stringify({ results }) : print(results));
  return results.every(({ fault }) => fault === null) ? EXIT.ok : EXIT.notPassed;
}

/** What is about to go, board by board: a look at a board changes nothing. Rejects with the fault of the first that cannot be seen. */
async function questionAbout(boards: ChosenBoards, ranges: readonly RangeInfo[] | null): Promise<string> {
  const reports = await workOn(boards, { kind: 'inspect' }, { json: true });
  const losses = reports.map(({ facts, fault, faultDetails }, index) => {
    if (facts === null) throw new Fault(fault ?? 'STATION_BUG', faultDetails ?? {});
    const label = labelOf(boards.bus, boards.devices[index]?.path ?? '');
    const size = sizeOf(erasedBytes(facts.layout, ranges));
    return `${size} of ${label}${facts.part === null ? '' : ` (${facts.part})`}`;
  });
  return `This erases ${losses.join(', ')}, for ever.`;
}

function erasedBytes(layout: string, ranges: readonly RangeInfo[] | null): number {
  const { name, sectors } = parseMemoryMap(layout);
  return sectors
    .filter(({ memory, erasable }) => memory === name && erasable)
    .filter(({ address, bytes }) => {
      const isTouched = (range: RangeInfo) => range.address < address + bytes && address < range.address + range.bytes;
      return ranges === null || ranges.some(isTouched);
    })
    .reduce((sum, { bytes }) => sum + bytes, 0);
}

/** One result as `--json` prints it. */
interface EraseResult extends NamedSlot, Pick<BoardJobReport, 'faultDetails' | 'board' | 'ms' | 'transfers'> {
  readonly outcome: 'pass' | ReturnType<typeof outcomeOf>;
  readonly fault: FaultCode | null;
  /** What is blank now; null when that is not known. */
  readonly erased: readonly RangeInfo[] | null;
}

function resultOf(names: NamedSlot, report: BoardJobReport): EraseResult {
  const { fault, faultDetails, board, ms, transfers } = report;
  const outcome = fault === null ? 'pass' : outcomeOf(fault);
  return { ...names, outcome, fault, faultDetails, board, erased: joined(report.erased), ms, transfers };
}

/** A chip may have thousands of sectors, one behind the other. */
function joined(sectors: readonly RangeInfo[] | null): RangeInfo[] | null {
  const runs: { address: number; bytes: number }[] = [];
  for (const { address, bytes } of sectors ?? []) {
    const last = runs.at(-1);
    if (last !== undefined && last.address + last.bytes === address) last.bytes += bytes;
    else runs.push({ address, bytes });
  }
  return sectors === null ? null : runs;
}

function print(results: readonly EraseResult[]): string {
  const rows = results.flatMap(({ label, outcome, fault, erased, ms, transfers }) =>
    (erased ?? [null]).map((range) => [
      label,
      outcome.toUpperCase(),
      fault ?? '-',
      range === null ? '-' : hex32(range.address),
      range === null ? '-' : hex32(range.address + range.bytes - 1),
      range === null ? '-' : sizeOf(range.bytes),
      (ms / 1000).toFixed(2),
      String(transfers),
    ]),
  );
  const head = ['slot', 'outcome', 'fault', 'blank from', 'to', 'size', 'seconds', 'transfers'];
  return [table([head, ...rows]), ...adviceOn(results)].join('\n');
}
