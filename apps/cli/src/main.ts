import { asFault, Fault } from '@flashline/contracts';
import { Command, CommanderError } from 'commander';
import { dataOf, EXIT, exitCodeOf, textOf } from './exit.ts';
import { outliveOutput } from './output.ts';
import { VERSION } from './version.ts';

/** What adds each command, in the order of the help. To load all of them takes longer than most of them run. */
const ADD: Readonly<Record<string, () => Promise<(to: Command) => void>>> = {
  station: async () => (await import('./commands/station.ts')).addStation,
  coordinator: async () => (await import('./commands/coordinator.ts')).addCoordinator,
  worker: async () => (await import('./commands/worker.ts')).addWorker,
  flash: async () => (await import('./commands/flash.ts')).addFlash,
  verify: async () => (await import('./commands/verify.ts')).addVerify,
  read: async () => (await import('./commands/read.ts')).addRead,
  erase: async () => (await import('./commands/erase.ts')).addErase,
  info: async () => (await import('./commands/info.ts')).addInfo,
  list: async () => (await import('./commands/list.ts')).addList,
  boot: async () => (await import('./commands/boot.ts')).addBoot,
  doctor: async () => (await import('./commands/doctor.ts')).addDoctor,
  slots: async () => (await import('./commands/slots.ts')).addSlots,
  ledger: async () => (await import('./commands/ledger.ts')).addLedger,
  virtual: async () => (await import('./commands/virtual.ts')).addVirtual,
  demo: async () => (await import('./commands/demo.ts')).addDemo,
};

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
  ${EXIT.environment}   the computer is in the way: no boards, port taken, folder in use, queue silent, output lost
  ${EXIT.internal}  a bug in flashline`,
  );

/** Adds the one that is asked for; all of them where none is, for the help names them and tells which one was perhaps meant. */
async function addCommands(asked: string | undefined): Promise<void> {
  const all = Object.entries(ADD);
  const named = all.filter(([name]) => name === asked);
  for (const [, load] of named.length > 0 ? named : all) (await load())(program);
  for (const command of program.commands) inherit(command, program);
}

/** Sub-commands do not inherit how their parent exits and writes. */
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
      : asFault(thrown, 'COMMAND_BUG');
  console.error(textOf(fault));
  if (exitCodeOf(fault) === EXIT.internal && process.env.FLASHLINE_DEBUG) console.error(thrown);
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify({ results: [], error: dataOf(fault) }));
  }
  process.exitCode = exitCodeOf(fault);
}

outliveOutput(process);

// The last resort: one clear line and a failure, never a process that only looks alive.
process.on('uncaughtException', (thrown) => {
  fail(thrown);
  process.exit(EXIT.internal);
});

try {
  await addCommands(process.argv[2]);
  await program.parseAsync();
} catch (thrown) {
  fail(thrown);
}
