/** Boards leave at fifty random moments, and once in the middle of a write. Oracles: the memory of the boards, the kernel. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { firmwareBytes } from '../rig/images.ts';
import { openRig, productAt } from '../rig/rig.ts';
import { until } from '../rig/until.ts';

const LENGTH = 6 * 1024;
const BOARDS = 10;
const ROUNDS = 5;
const SLOWEST_END_MS = 20_000;
const image = firmwareBytes(LENGTH, 9);
const paths = Array.from({ length: BOARDS }, (_, n) => `1-${n + 1}`);
const openFiles = () => readdirSync('/proc/self/fd').length;
const gone = (path: string) => until(`the kernel has lost ${path}`, () => (productAt(path) === null ? true : null));

const rig = await openRig();
await rig.plug({ '1-15': { contents: 'used' } });
const whole = await rig.flash('1-15', image);
assert.equal(whole.outcome, 'pass', JSON.stringify(whole.faultDetails));
const filesBefore = openFiles();

let seed = 20_261_122;
const random = (below: number) => {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
  return (seed >>> 8) % below;
};
const ends = new Map<string, number>();
for (let round = 0; round < ROUNDS; round++) {
  const moments = paths.map(() => ({ kind: 'unplug', at: 1 + random(whole.transfers), afterMs: random(15) }) as const);
  const specs = paths.map((path, n) => [path, { contents: 'used', seed: n, misbehaviours: [moments[n]] }]);
  await rig.plug(Object.fromEntries(specs));
  await Promise.all(
    paths.map(async (path, n) => {
      const beganMs = performance.now();
      const { outcome, fault, faultDetails, readback } = await rig.flash(path, image);
      const where = `${path}, ${JSON.stringify(moments[n])}: ${outcome} ${fault} ${JSON.stringify(faultDetails)}`;
      assert.ok(performance.now() - beganMs < SLOWEST_END_MS, `${where} after ${performance.now() - beganMs} ms`);
      // A board that goes when it was told to leave has done what it should; only then may it pass.
      if (outcome === 'pass') assert.notEqual(readback, null, where);
      else assert.equal(fault, 'BOARD_GONE', where);
      ends.set(fault ?? outcome, (ends.get(fault ?? outcome) ?? 0) + 1);
      await gone(path).catch(async (thrown: unknown) => {
        throw new Error(`${where}: ${JSON.stringify(await rig.bench.report(path))}`, { cause: thrown });
      });
      if (outcome !== 'pass') return;
      await rig.bench.replug(path);
      assert.deepEqual(await rig.memory(path, LENGTH), image, where);
      await rig.bench.unplug(path);
      await gone(path);
    }),
  );
}
console.log(`${ROUNDS * BOARDS} unplugged: ${[...ends].map(([end, count]) => `${end} ${count}`).join(', ')}`);

await rig.plug({ '1-1': {} });
const pulled = rig.flash('1-1', firmwareBytes(512 * 1024), ({ phase, fraction }) => {
  if (phase === 'write' && fraction > 0.2) void rig.bench.unplug('1-1').catch(() => {});
});
assert.equal((await pulled).fault, 'BOARD_GONE');
await gone('1-1');

const filesAfter = openFiles();
assert.ok(filesAfter <= filesBefore, `${filesBefore} open files before, ${filesAfter} after`);
for (const path of paths) await rig.bench.replug(path);
for (const path of paths) await until(`${path} is back`, () => productAt(path));
const again = await Promise.all(paths.map((path) => rig.flash(path, image)));
assert.deepEqual(
  again.map(({ outcome, fault }) => [outcome, fault]),
  paths.map(() => ['pass', null]),
);
for (const path of paths) assert.deepEqual(await rig.memory(path, LENGTH), image);
await rig.close();
