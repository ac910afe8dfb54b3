import { BootloaderEntry, Fault } from '@flashline/contracts';
import { type EntryReport, enterDirect } from '@flashline/worker';
import type { Command } from 'commander';
import { addBoardOptions, type BoardOptions, type ChosenBoards, withBoards } from '../boards/board-choice.ts';
import { progressOf, wordOf } from '../boards/board-jobs.ts';
import { entryOption } from '../boards/entry-option.ts';
import { type NamedSlot, namesOf } from '../bus-choice.ts';
import { EXIT, lineOf } from '../exit.ts';

interface BootOptions extends BoardOptions {
  readonly by: BootloaderEntry;
}

/** `flashline boot`: asks running boards into their bootloader, so that nobody has to hold a button. */
export function addBoot(program: Command): void {
  const command = program
    .command('boot')
    .description('ask boards that run their firmware to restart into their bootloader')
    .addOption(entryOption('--by <way>').default(BootloaderEntry.parse({ by: 'character' }), 'character'));
  addBoardOptions(command).action(async (options: BootOptions) => {
    process.exitCode = await withBoards(options, (boards) => boot(boards, options), { alsoRunning: true });
  });
}

/** One result as `--json` prints it. */
type Booted = NamedSlot & EntryReport & { readonly wasAsked: boolean };

async function boot(boards: ChosenBoards, options: BootOptions): Promise<number> {
  const { bus, devices } = boards;
  const reports = await entered(boards, options);
  const results = reports.map((report, index): Booted => {
    const { path = '', mode } = devices[index] ?? {};
    return { ...namesOf(bus, path), wasAsked: mode === 'application', ...report };
  });
  if (options.json) console.log(JSON.stringify({ results }));
  else for (const result of results) console.log(`${result.label}: ${inWords(result)}`);
  return results.every(({ fault }) => fault === null) ? EXIT.ok : EXIT.notPassed;
}

async function entered(boards: ChosenBoards, { by: entry, json }: BootOptions): Promise<readonly EntryReport[]> {
  const { bus, parts, devices, signal } = boards;
  const progress = await progressOf(boards, json);
  try {
    return await enterDirect({
      bus: bus.choice,
      parts,
      devices,
      signal,
      entry,
      onProgress: (path, phase, fraction) => progress.at(path, wordOf(phase), fraction),
      onEnded: (path, { fault }) => progress.ended(path, { word: fault ?? 'done', isGood: fault === null }),
    });
  } finally {
    progress.close();
  }
}

function inWords(result: Booted): string {
  if (result.fault !== null) return lineOf(new Fault(result.fault, result.faultDetails));
  return result.wasAsked ? 'is in its bootloader now' : 'was in its bootloader already';
}
