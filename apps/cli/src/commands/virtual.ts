import { benchSlots, startBenchProcess } from '@flashline/virtual-boards';
import { type Command, Option } from 'commander';
import { virtualBoards } from '../bus-choice.ts';
import { addVirtualBoardOptions, type VirtualBoardOptions, wholeNumber } from '../options.ts';
import { untilStopped } from '../shutdown.ts';

interface BenchOptions extends VirtualBoardOptions {
  readonly boards: number;
  readonly virtualSpeed: number;
}

/** `flashline virtual`: a bench of virtual boards that outlives any station that uses it. */
export function addVirtual(program: Command): void {
  const command = program
    .command('virtual')
    .description('run a bench of virtual boards for other commands (--virtual-bench ADDRESS)')
    .addOption(
      new Option('--boards <count>', 'boards that are plugged in at the start')
        .default(8)
        .argParser(wholeNumber(1, 120)),
    );
  addVirtualBoardOptions(command).action(runVirtual);
}

async function runVirtual(options: BenchOptions): Promise<void> {
  const { boards: count, virtualSpeed: speed } = options;
  const { stopped } = untilStopped();
  const bench = await startBenchProcess({ speed, boards: virtualBoards(count, options), withParent: true });
  console.log(`virtual bench: ${bench.address}`);
  console.log(
    `slots: ${benchSlots(count)
      .map(({ label }) => label)
      .join(' ')}`,
  );
  await stopped;
  await bench.stop();
}
