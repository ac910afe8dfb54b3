/**
 * Two boards stop answering, at once and in mid-write, while others leave at fifty random moments, and once in the middle of a write.
 * None of them hurts or holds up another. Oracles: the memory of the boards, the kernel, the end of this process.
 */
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
/** The transfer at which a board stops answering, by its path. */
const SILENT = { '1-14': 1, '3-14': 30 };
const OTHERS = ['5-14', '7-14', '9-14'];
const image = firmwareBytes(LENGTH, 9);
const paths = Array.from({ length: BOARDS }, (_, n) => pathOf(n));
const openFiles = () => readdirSync('/proc/self/fd').length;

const rig = await openEngineRig();
await rig.plug({ '1-15': { contents: 'used' } });
const whole = await rig.flash('1-15', image);
assert.equal(whole.outcome, 'pass', JSON.stringify(whole.faultDetails));
const filesBefore = openFiles();

const silent = await whileTwoAreSilent();
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
assert.ok((ends.get('BOARD_GONE') ?? 0) >= (ROUNDS * BOARDS) / 2, 'most moments lie within an attempt');

const [first = ''] = paths;
await rig.plug({ [first]: {} });
const pulled = rig.flash(first, firmwareBytes(512 * 1024), ({ phase, fraction }) => {
  if (phase === 'write' && fraction > 0.2) void rig.bench.unplug(first).catch(() => {});
});
assert.equal((await pulled).fault, 'BOARD_GONE');
await leftKernel(first);

for (const { path, fault, endedMs } of await Promise.all(silent)) {
  assert.equal(fault, 'BOARD_SILENT', path);
  console.log(`${path}: ${fault} after ${(endedMs / 1000).toFixed(1)} s`);
}
await rig.pull(Object.keys(SILENT));
const filesAfter = openFiles();
assert.ok(filesAfter <= filesBefore, `${filesBefore} open files before, ${filesAfter} after`);
const all = [...paths, ...Object.keys(SILENT)];
await rig.plug(Object.fromEntries(all.map((path, seed) => [path, { contents: 'used', seed }])));
const again = await Promise.all(all.map((path) => rig.flash(path, image)));
assert.deepEqual(
  again.map(({ outcome, fault }) => [outcome, fault]),
  all.map(() => ['pass', null]),
);
for (const path of [...all, ...OTHERS]) assert.deepEqual(await rig.memory(path, LENGTH), image);
// Nothing ends this process but that it has nothing left to do.
await rig.close();

/** Resolves with the attempts on the boards that answer nothing, once others have passed and those are still under way. */
async function whileTwoAreSilent() {
  const hangs = Object.entries(SILENT).map(([path, at]) => [
    path,
    { contents: 'used', misbehaviours: [{ kind: 'hang', at }] },
  ]);
  await rig.plug({ ...Object.fromEntries(hangs), ...Object.fromEntries(OTHERS.map((path) => [path, {}])) });
  const beganMs = performance.now();
  let ended = 0;
  const attempts = Object.keys(SILENT).map(async (path) => {
    const { fault } = await rig.flash(path, image);
    ended += 1;
    return { path, fault, endedMs: performance.now() - beganMs };
  });
  const others = await Promise.all(OTHERS.map((path) => rig.flash(path, image)));
  assert.deepEqual(
    others.map(({ outcome, fault }) => [outcome, fault]),
    OTHERS.map(() => ['pass', null]),
  );
  assert.equal(ended, 0, 'boards that answer were held up by those that do not');
  return attempts;
}

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
  // One that needed fewer polls than the board that was counted, or left on its own first, has passed before its moment came.
  if (board !== null && board.presence !== 'pulled') {
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
