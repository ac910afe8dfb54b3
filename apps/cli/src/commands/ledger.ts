import { openLedgerReadonly } from '@flashline/store';
import type { Command } from 'commander';
import { EXIT } from '../exit.ts';
import { option } from '../options.ts';

/** `flashline ledger verify`: is the record whole? */
export function addLedger(program: Command): void {
  program
    .command('ledger')
    .description('work with the record of a station')
    .command('verify')
    .description('check that the record is whole; may run beside a running station')
    .addOption(option.data())
    .addOption(option.json())
    .action(({ data, json }: { data: string; json: boolean }) => {
      const ledger = openLedgerReadonly(data);
      try {
        const check = ledger.check();
        const isSound = check.problems.length === 0;
        console.log(json ? JSON.stringify({ ...check, isSound }) : print(check, isSound));
        process.exitCode = isSound ? EXIT.ok : EXIT.notPassed;
      } finally {
        ledger.close();
      }
    });
}

function print(check: ReturnType<ReturnType<typeof openLedgerReadonly>['check']>, isSound: boolean): string {
  const { images, orders, attempts, results, open, problems } = check;
  const counts = `${images} images, ${orders} orders, ${attempts} attempts, ${results} results, ${open} in work`;
  if (isSound) return `The ledger is sound: ${counts}.`;
  return [`The ledger has ${problems.length} problems (${counts}):`, ...problems.map((text) => `- ${text}`)].join('\n');
}
