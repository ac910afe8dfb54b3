/** Devices that stop answering, at once and in mid-write, hold up nobody. Oracles: the memory of the boards, the end of this process. */
import assert from 'node:assert/strict';
import { openEngineRig } from '../rig/engine.ts';
import { firmwareBytes } from '../rig/images.ts';

const LENGTH = 6 * 1024;
const SILENT = { '1-1': 1, '1-2': 30 };
const OTHERS = ['1-3', '3-1', '5-1'];

const image = firmwareBytes(LENGTH, 4);
const rig = await openEngineRig();
const hangs = Object.entries(SILENT).map(([path, at]) => [
  path,
  { contents: 'used', misbehaviours: [{ kind: 'hang', at }] },
]);
await rig.plug({ ...Object.fromEntries(hangs), ...Object.fromEntries(OTHERS.map((path) => [path, {}])) });

const beganMs = performance.now();
const flashed = async (path: string) => ({
  path,
  ...(await rig.flash(path, image)),
  endedMs: performance.now() - beganMs,
});
const silent = Object.keys(SILENT).map(flashed);
const others = await Promise.all(OTHERS.map(flashed));
for (const { path, outcome, fault } of others) assert.deepEqual([path, outcome, fault], [path, 'pass', null]);
for (const { path, fault, endedMs } of await Promise.all(silent)) {
  assert.equal(fault, 'BOARD_SILENT', path);
  console.log(`${path}: ${fault} after ${(endedMs / 1000).toFixed(1)} s`);
  for (const other of others) assert.ok(other.endedMs < endedMs, `${other.path} waited for ${path}`);
}

await rig.pull(Object.keys(SILENT));
await rig.plug({ '1-1': {}, '1-2': {} });
for (const path of Object.keys(SILENT)) assert.equal((await rig.flash(path, image)).fault, null);
for (const path of [...Object.keys(SILENT), ...OTHERS]) assert.deepEqual(await rig.memory(path, LENGTH), image);
// Nothing ends this process but that it has nothing left to do.
await rig.close();
