import { asFault, Fault } from '@flashline/contracts';
import { lookAtBus } from '@flashline/worker';
import type { Command } from 'commander';
import { EXIT, lineOf } from '../exit.ts';

/** `flashline boot`: asks running boards into their bootloader, so that nobody has to hold a button. */
export function addBoot(program: Command): void {
  program
    .command('boot')
    .description('ask boards that run their firmware to restart into the bootloader (serial character R; Linux)')
    .option('--slot <path...>', 'only the boards on these ports', [])
    .action(async ({ slot: wanted }: { slot: readonly string[] }) => {
      process.exitCode = await boot(wanted);
    });
}

async function boot(wanted: readonly string[]): Promise<number> {
  const { devices, trouble } = await lookAtBus({ kind: 'usb' });
  const running = devices.filter(({ mode }) => mode === 'application').map(({ path }) => path);
  const unknown = wanted.find((path) => !running.includes(path));
  if (unknown !== undefined) throw new Fault('SLOT_UNKNOWN', { slot: unknown.slice(0, 40) });
  if (running.length === 0) throw new Fault('NO_BOARDS', { reason: trouble ?? 'no board runs its firmware' });
  const { askIntoBootloader } = await import('@flashline/serial');
  const paths = wanted.length > 0 ? wanted : running;
  const asked = await Promise.allSettled(paths.map((path) => askIntoBootloader(path)));
  for (const [index, answer] of asked.entries())
    console.log(`${paths[index]}: ${answer.status === 'fulfilled' ? 'asked' : lineOf(asFault(answer.reason))}`);
  return asked.every(({ status }) => status === 'fulfilled') ? EXIT.ok : EXIT.notPassed;
}
