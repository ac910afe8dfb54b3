/** Boards leave at fifty random moments, and once in the middle of a write. Oracles: the memory of the boards, the kernel. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { openEngineRig } from '../rig/engine.ts';
import { firmwareBytes } from '../rig/images.ts';
import { pathOf } from '../rig/ports.ts';
import { seededRandom } from '../rig/random.ts';
import { leftKernel } from '../rig/rig.ts';

const LENGTH = 4 * 1024;
const BOARDS = 10;
const ROUNDS = 5;
const SLOWEST_END_MS = 20_000;
const image = firmwareBytes(LENGTH, 9);
const paths = Array.from({ length: BOARDS }, (_, n) => pathOf(n));
const openFiles = () => readdirSync('/proc/self/fd').length;

const rig = await openEngineRig();
await rig.plug({ '1-15': { contents: 'used' } });
const whole = await rig.flash('1-15', image);
assert.equal(whole.outcome, 'pass', JSON.stringify(whole.faultDetails));
const filesBefore = openFiles();

const random = seededRandom(20_261_122);
const ends = new Map<string, number>();
await Promise.all(
  paths.map(async (path, seed) => {
    for (let round = 0; round < ROUNDS; round++) {
      const end = await endOf(path, seed, { at: 1 + random(whole.transfers), afterMs: random(15) });
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }
  }),
);
console.log(`${ROUNDS * BOARDS} unplugged: ${[...ends].map(([end, count]) => `${end} ${count}`).join(', ')}`);

const [first = ''] = paths;
await rig.plug({ [first]: {} });
const pulled = rig.flash(first, firmwareBytes(512 * 1024), ({ phase, fraction }) => {
  if (phase === 'write' && fraction > 0.2) void rig.bench.unplug(first).catch(() => {});
});
assert.equal((await pulled).fault, 'BOARD_GONE');
await leftKernel(first);

const filesAfter = openFiles();
assert.ok(filesAfter <= filesBefore, `${filesBefore} open files before, ${filesAfter} after`);
await rig.plug(Object.fromEntries(paths.map((path, seed) => [path, { contents: 'used', seed }])));
const again = await Promise.all(paths.map((path) => rig.flash(path, image)));
assert.deepEqual(
  again.map(({ outcome, fault }) => [outcome, fault]),
  paths.map(() => ['pass', null]),
);
for (const path of paths) assert.deepEqual(await rig.memory(path, LENGTH), image);
await rig.close();

/** How an attempt ended on a board that leaves. */
async function endOf(path: string, seed: number, moment: { at: number; afterMs: number }): Promise<string> {
  await rig.plug({ [path]: { contents: 'used', seed, misbehaviours: [{ kind: 'unplug', ...moment }] } });
  const beganMs = performance.now();
  const { outcome, fault, faultDetails, readback } = await rig.flash(path, image);
  const tookMs = performance.now() - beganMs;
  // Null when it is pulled.
  const board = await rig.bench.report(path).catch(() => null);
  const where = `${path} ${JSON.stringify({ moment, outcome, fault, faultDetails, tookMs, board })}`;
  assert.ok(tookMs < SLOWEST_END_MS, where);
  // One that goes when it was told to leave has done what it should; only then may it pass.
  if (outcome === 'pass') assert.notEqual(readback, null, where);
  else assert.equal(fault, 'BOARD_GONE', where);
  // One that needed fewer polls than the board that was counted has passed before its moment came.
  if (board !== null && board.presence !== 'pulled' && board.transfers < moment.at) {
    assert.equal(outcome, 'pass', where);
    await rig.bench.unplug(path);
  }
  await leftKernel(path).catch((cause: unknown) => {
    throw new Error(where, { cause });
  });
  if (outcome === 'pass') {
    await rig.bench.replug(path);
    assert.deepEqual(await rig.memory(path, LENGTH), image, where);
    await rig.pull([path]);
  }
  return fault ?? outcome;
}
