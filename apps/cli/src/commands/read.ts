import { asFault, type RangeInfo } from '@flashline/contracts';
import type { BoardJob, BoardJobReport } from '@flashline/dfuse';
import { type Command, Option } from 'commander';
import { addBoardOptions, type BoardOptions, type ChosenBoards, withBoards } from '../boards/board-choice.ts';
import { workOn } from '../boards/board-jobs.ts';
import { namesOf } from '../bus-choice.ts';
import { EXIT } from '../exit.ts';
import { type OutputFile, outputFiles, save } from '../files/output-file.ts';
import { parseRange } from '../images/memory-range.ts';
import { repeated } from '../options.ts';
import { type Held, heldResult, heldText } from '../reports/held-report.ts';

type Memory = Extract<BoardJob, { kind: 'read' }>['memory'];
const MEMORIES: readonly Memory[] = ['flash', 'option-bytes', 'otp'];

interface ReadOptions extends BoardOptions {
  readonly output?: string;
  readonly force: boolean;
  readonly range: readonly RangeInfo[];
  readonly memory: Memory;
}

/** `flashline read`: what boards hold. */
export function addRead(program: Command): void {
  const command = program
    .command('read')
    .description('read boards: save what they hold, or show it')
    .option('-o, --output <file>', 'save to this file: .hex, .bin, .dfu or .srec; of several boards each has its own')
    .option('--force', 'replace a file that is there already', false)
    .addOption(
      new Option('--range <range>', 'only this, such as 0x08000000+16K; may be repeated')
        .argParser(repeated(parseRange))
        .default([]),
    )
    .addOption(new Option('--memory <memory>', 'which memory').choices(MEMORIES).default('flash'));
  addBoardOptions(command).action(async (options: ReadOptions) => {
    process.exitCode = await withBoards(options, (boards) => read(boards, options));
  });
}

async function read(boards: ChosenBoards, options: ReadOptions): Promise<number> {
  const { bus, devices } = boards;
  const ranges = options.range.length === 0 ? null : options.range;
  const names = devices.map(({ path }) => namesOf(bus, path));
  const labels = names.map(({ label }) => label);
  const files = options.output === undefined ? [] : await outputFiles(options.output, labels, { ...options, ranges });
  const reports = await workOn(boards, { kind: 'read', memory: options.memory, ranges }, options);
  const all: Held[] = [];
  for (const [index, report] of reports.entries()) {
    const { slot = '', label = '' } = names[index] ?? {};
    all.push({ slot, label, ...(await saved(report, files[index] ?? null)) });
  }
  console.log(options.json ? JSON.stringify({ results: all.map(heldResult) }) : heldText(all));
  return all.every(({ report }) => report.fault === null) ? EXIT.ok : EXIT.notPassed;
}

/** Trouble with one file takes nothing from the other boards. */
async function saved(report: BoardJobReport, file: OutputFile | null): Promise<Pick<Held, 'report' | 'file'>> {
  if (report.held === null || file === null) return { report, file: null };
  try {
    await save(file, report.held, report.board);
    return { report, file: file.path };
  } catch (thrown) {
    const { code: fault, details: faultDetails } = asFault(thrown);
    return { report: { ...report, fault, faultDetails, held: null }, file: null };
  }
}
