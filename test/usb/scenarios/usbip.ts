/** `flashline virtual --usbip` as a person with Debian's usbip tool uses it. Oracles: usbip, the kernel, dfu-util. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { Running } from '../../support/processes.ts';
import { dfuUtilList } from '../rig/dfu-util.ts';
import { leftKernel, openRig, pathsInKernel, productAt } from '../rig/rig.ts';
import { until } from '../rig/until.ts';

// The bench outside must have nothing plugged in here.
await (await openRig()).close();
const running = new Running(['virtual', '--boards', '2', '--usbip', '127.0.0.1:0']);
await running.says(/attach it again/);
const [load, list, attach, ...more] = [...running.stdout.matchAll(/^ {2}(?:sudo )?(.+)$/gm)].map(
  ([, line = '']) => line,
);
assert.ok(load && list && attach && more.length === 0, running.stdout);

typed(load);
const listed = typed(list);
for (const busid of ['1-1.1', '1-1.2'])
  assert.match(listed, new RegExp(`${busid.replaceAll('.', '\\.')}: .*0483:df11`));
typed(attach);
const path = await until(
  'the kernel has it',
  () => pathsInKernel().find((one) => productAt(one) === '0483:df11') ?? null,
);
const boards = await dfuUtilList();
assert.deepEqual([...new Set(boards.map((one) => one.path))], [path]);
assert.match(boards.find(({ alternate }) => alternate === 0)?.name ?? '', /^@Internal Flash/);

assert.equal(await running.stop(), 0);
await leftKernel(path);

/** What a person types, and what comes of it. */
function typed(line: string): string {
  const [command = '', ...args] = line.split(' ');
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}
