import { BootloaderEntry, Fault } from '@flashline/contracts';
import type { Command } from 'commander';
import { addBoardOptions, type BoardOptions, type ChosenBoards, withBoards } from '../boards/board-choice.ts';
import { type Entered, enterAll } from '../boards/entering.ts';
import { entryOption } from '../boards/entry-option.ts';
import { labelOf } from '../bus-choice.ts';
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

async function boot(boards: ChosenBoards, { by, json }: BootOptions): Promise<number> {
  const entered = await enterAll(boards, by);
  if (json) console.log(JSON.stringify({ results: entered.map(told) }));
  else for (const one of entered) console.log(`${labelOf(boards.bus, one.found.path)}: ${inWords(one)}`);
  return entered.every(({ report }) => report.fault === null) ? EXIT.ok : EXIT.notPassed;
}

function told({ found: { path, mode }, report }: Entered) {
  return { slot: path, wasAsked: mode === 'application', ...report };
}

function inWords({ found, report }: Entered): string {
  if (report.fault !== null) return lineOf(new Fault(report.fault, report.faultDetails));
  return found.mode === 'dfu' ? 'was in its bootloader already' : 'is in its bootloader now';
}
