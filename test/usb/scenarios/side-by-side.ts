/** dfu-util and the engine do the same work on equal boards in one run. Oracle: the memory of the boards. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { dfuUtil } from '../rig/dfu-util.ts';
import { openEngineRig } from '../rig/engine.ts';
import { firmwareBytes } from '../rig/images.ts';

const KIB = 1024;
const LENGTH = 32 * KIB;
const BOARDS = [
  { part: 'F405', says: 'honest polls' },
  { part: 'F405-lying-polls', says: 'polls report 104 ms' },
  { part: 'F303', says: '2 KB pages' },
];

const image = firmwareBytes(LENGTH, 5);
writeFileSync('/tmp/image.bin', image);
const rig = await openEngineRig();
// A station is warm: what Node.js compiles once must not count for the first board.
await rig.plug({ '3-1': { contents: 'used' } });
assert.equal((await rig.flash('3-1', firmwareBytes(4 * KIB))).outcome, 'pass');
const rows: string[][] = [];
for (const [n, { part, says }] of BOARDS.entries()) {
  const [theirPath, ourPath] = [`1-${2 * n + 1}`, `1-${2 * n + 2}`];
  const spec = { part, contents: 'used', seed: 11 } as const;
  await rig.plug({ [theirPath]: spec, [ourPath]: spec });

  const theyBegan = performance.now();
  await dfuUtil('-p', theirPath, '-a', '0', '-s', '0x08000000:leave', '-D', '/tmp/image.bin');
  const theirSeconds = (performance.now() - theyBegan) / 1000;
  const { transfers: theirTransfers } = await rig.bench.report(theirPath);
  assert.deepEqual(await rig.memory(theirPath, LENGTH), image);

  const weBegan = performance.now();
  const report = await rig.flash(ourPath, image);
  const confirmMs = report.phases.find(({ name }) => name === 'confirm')?.ms ?? 0;
  const ourSeconds = (performance.now() - weBegan - confirmMs) / 1000;
  const { transfers: ourTransfers } = await rig.bench.report(ourPath);
  assert.deepEqual([report.outcome, report.fault, report.faultDetails], ['pass', null, null]);
  assert.deepEqual(await rig.memory(ourPath, LENGTH), image);

  // Times depend on what else this computer does, transfers do not: with the proof there are fewer than theirs without.
  assert.ok(ourTransfers < theirTransfers, `${part}: ${ourTransfers} transfers, dfu-util ${theirTransfers}`);
  const phases = report.phases.map(({ name, ms }) => `${name} ${(ms / 1000).toFixed(1)}`).join(', ');
  const times = ourSeconds / theirSeconds;
  const figures = [theirSeconds.toFixed(1), theirTransfers, ourSeconds.toFixed(1), ourTransfers, times.toFixed(2)];
  rows.push([`${part}, ${says}`, ...figures.map(String), `  ${phases}`]);
}
console.log(`${LENGTH / KIB} KB on a used board; dfu-util without proof, ours with every byte read back`);
for (const row of [['', 'dfu-util s', 'transfers', 'ours s', 'transfers', 'times', '  our phases, s'], ...rows])
  console.log(row.map((cell, column) => (column === 0 ? cell.padEnd(38) : cell.padStart(11))).join(''));
await rig.close();
