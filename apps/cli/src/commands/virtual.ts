import { benchSlots, startBenchProcess } from '@flashline/virtual-boards';
import { type Command, Option } from 'commander';
import { usbipGuide, usbipPlace } from '../boards/usbip-place.ts';
import { virtualBoards } from '../bus-choice.ts';
import { addVirtualBoardOptions, type VirtualBoardOptions, wholeNumber } from '../options.ts';
import { untilStopped } from '../shutdown.ts';

interface BenchOptions extends VirtualBoardOptions {
  readonly boards: number;
  readonly virtualSpeed: number;
  readonly usbip?: ReturnType<typeof usbipPlace>;
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
    )
    .addOption(
      new Option('--usbip [address:port]', 'give the boards to Linux computers as USB devices (USB/IP)')
        .preset('127.0.0.1:3240')
        .argParser(usbipPlace),
    );
  addVirtualBoardOptions(command).action(runVirtual);
}

async function runVirtual(options: BenchOptions): Promise<void> {
  const { boards: count, virtualSpeed: speed, usbip = null } = options;
  const { stopped } = untilStopped();
  const bench = await startBenchProcess({ speed, boards: virtualBoards(count, options), usbip, withParent: true });
  const slots = benchSlots(count);
  console.log(`virtual bench: ${bench.address}`);
  console.log(`slots: ${slots.map(({ label }) => label).join(' ')}`);
  if (bench.usbip !== null) console.log(usbipGuide(bench.usbip, slots[0]?.path ?? ''));
  await stopped;
  await bench.stop();
}
