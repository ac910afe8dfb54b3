import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readPartsFile } from '@flashline/config';
import { type Command, Option } from 'commander';
import { readFlashableFile } from '../images/image-file.ts';
import { option, wholeNumber } from '../options.ts';
import { untilStopped } from '../shutdown.ts';
import { chooseStation } from '../station-file.ts';
import { ROOT } from '../version.ts';

const SAMPLE_IMAGE = fileURLToPath(new URL('examples/blinky-f405/blinky.hex', ROOT));

interface DemoOptions {
  readonly once: boolean;
  readonly image: string;
  readonly address?: number;
  readonly boards: number;
  readonly parts: string;
  readonly port: number;
  readonly virtualSpeed: number;
  readonly seed: number;
}

/** `flashline demo`: a whole station on virtual boards, worked by a virtual operator. */
export function addDemo(program: Command): void {
  program
    .command('demo')
    .description('show a station at work on virtual boards; --once flashes each board once and proves it')
    .option('--once', 'flash every board once, print a table and end', false)
    .option('--image <file>', 'the image to flash', SAMPLE_IMAGE)
    .addOption(option.address())
    .addOption(new Option('--boards <count>', 'virtual boards').default(8).argParser(wholeNumber(1, 120)))
    .addOption(option.parts())
    .addOption(option.port())
    .addOption(option.virtualSpeed())
    .addOption(new Option('--seed <number>', 'decides which boards are bad').default(1).argParser(wholeNumber(0, 1e9)))
    .action(runDemo);
}

async function runDemo(options: DemoOptions): Promise<void> {
  const { startStation } = await import('../station/station-parts.ts');
  const { flashOnce } = await import('../demo/once.ts');
  const { workShift } = await import('../demo/shift.ts');
  const image = await readFlashableFile(options.image, options.address ?? null);
  const parts = await readPartsFile(options.parts);
  const folder = await mkdtemp(join(tmpdir(), 'flashline-demo-'));
  const { stopped, again } = untilStopped();
  const { boards: virtual, virtualSpeed } = options;
  const chosen = await chooseStation({ virtual, virtualSpeed }, 'demo');
  const { bus } = chosen;
  try {
    // A single run needs no known address, so it never collides with a station that runs.
    const listening = { host: '127.0.0.1', port: options.once ? 0 : options.port, allowHost: [] };
    const station = await startStation(folder, { ...chosen, parts, listening });
    const demo = { bus, url: station.coordinator.url, image, loadAddress: options.address ?? null, seed: options.seed };
    try {
      if (options.once) process.exitCode = await flashOnce(demo, stopped);
      else await workShift(demo, stopped);
    } finally {
      await station.stop(again);
    }
  } finally {
    await bus.release();
    await rm(folder, { recursive: true, force: true });
  }
}
