import { benchSlots, startBenchProcess } from '@flashline/virtual-boards';
import { type Command, Option } from 'commander';
import { usedBoards } from '../bus-choice.ts';
import { option, wholeNumber } from '../options.ts';
import { untilStopped } from '../shutdown.ts';

/** `flashline virtual`: a bench of virtual boards that outlives any station that uses it. */
export function addVirtual(program: Command): void {
  program
    .command('virtual')
    .description('run a bench of virtual boards for other commands (--virtual-bench ADDRESS)')
    .addOption(option.virtualSpeed())
    .addOption(
      new Option('--boards <count>', 'boards that are plugged in at the start')
        .default(8)
        .argParser(wholeNumber(1, 120)),
    )
    .action(async ({ boards, virtualSpeed: speed }: { boards: number; virtualSpeed: number }) => {
      const { stopped } = untilStopped();
      const bench = await startBenchProcess({ speed, boards: usedBoards(boards), withParent: true });
      console.log(`virtual bench: ${bench.address}`);
      console.log(
        `slots: ${benchSlots(boards)
          .map(({ label }) => label)
          .join(' ')}`,
      );
      await stopped;
      await bench.stop();
    });
}
