import { asFault, Fault } from '@flashline/contracts';
import { Command, CommanderError } from 'commander';
import { addBoot } from './commands/boot.ts';
import { addCoordinator } from './commands/coordinator.ts';
import { addDemo } from './commands/demo.ts';
import { addDoctor } from './commands/doctor.ts';
import { addErase } from './commands/erase.ts';
import { addFlash } from './commands/flash.ts';
import { addInfo } from './commands/info.ts';
import { addLedger } from './commands/ledger.ts';
import { addList } from './commands/list.ts';
import { addRead } from './commands/read.ts';
import { addSlots } from './commands/slots.ts';
import { addStation } from './commands/station.ts';
import { addVerify } from './commands/verify.ts';
import { addVirtual } from './commands/virtual.ts';
import { addWorker } from './commands/worker.ts';
import { dataOf, EXIT, exitCodeOf, textOf } from './exit.ts';
import { VERSION } from './version.ts';

const program = new Command('flashline')
  .description('Flashes many boards at once over USB DFU, proves what it wrote, and never loses a result.')
  .version(VERSION)
  .exitOverride()
  .configureOutput({ outputError: () => {} })
  .addHelpText(
    'after',
    `
Exit codes:
  ${EXIT.ok}   done; every board passed
  ${EXIT.notPassed}   done, but a board did not pass or a check found a problem
  ${EXIT.badInput}   the command, a file or the configuration is wrong; nothing was touched
  ${EXIT.environment}   the computer is in the way: no boards, port taken, folder in use, queue silent
  ${EXIT.internal}  a bug in flashline`,
  );

for (const add of [
  addStation,
  addCoordinator,
  addWorker,
  addFlash,
  addVerify,
  addRead,
  addErase,
  addInfo,
  addList,
  addBoot,
  addDoctor,
  addSlots,
  addLedger,
  addVirtual,
  addDemo,
])
  add(program);

/** Sub-commands do not inherit how their parent exits and writes. */
for (const command of program.commands) inherit(command, program);

function inherit(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inherit(child, command);
}

function fail(thrown: unknown): void {
  if (thrown instanceof CommanderError && thrown.exitCode === 0) return;
  if (thrown instanceof CommanderError && thrown.code === 'commander.help') {
    // No command: commander has just shown the help.
    process.exitCode = EXIT.badInput;
    return;
  }
  const fault =
    thrown instanceof CommanderError
      ? new Fault('USAGE', { reason: thrown.message.replace(/^error: /, '') })
      : asFault(thrown, 'INTERNAL');
  console.error(textOf(fault));
  if (fault.code === 'INTERNAL' && process.env.FLASHLINE_DEBUG) console.error(thrown);
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify({ results: [], error: dataOf(fault) }));
  }
  process.exitCode = exitCodeOf(fault);
}

// The last resort: one clear line and a failure, never a process that only looks alive.
process.on('uncaughtException', (thrown) => {
  fail(thrown);
  process.exit(EXIT.internal);
});

await program.parseAsync().catch(fail);
