/**
 * The real bus: boots a Debian kernel under software emulation and runs scenarios on its USB stack. `npm run test:usb`, or
 * `npm run test:usb -- [scenario …] [--console] [--list]`. Ends with 1 when something failed, with 3 when this computer
 * cannot run it.
 */
import { parseArgs } from 'node:util';
import { runLane } from './lane.ts';
import { CannotRun } from './machine/packages.ts';
import { SCENARIOS } from './scenarios.ts';

const EXIT_USAGE = 2;
const EXIT_CANNOT_RUN = 3;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { console: { type: 'boolean', default: false }, list: { type: 'boolean', default: false } },
});
const unknown = positionals.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name));
if (unknown.length > 0) console.error(`There is no scenario ${unknown.join(', ')}. There are:`);
if (values.list || unknown.length > 0) {
  for (const { name, says } of SCENARIOS) console.log(`${name.padEnd(16)} ${says}`);
  process.exit(unknown.length > 0 ? EXIT_USAGE : 0);
}
const chosen = SCENARIOS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
try {
  process.exit((await runLane(chosen, values.console)) ? 0 : 1);
} catch (thrown) {
  if (!(thrown instanceof CannotRun)) throw thrown;
  console.error(`\nusb: CANNOT RUN HERE. No scenario was tried.\nusb: ${thrown.message}\n`);
  process.exit(EXIT_CANNOT_RUN);
}
