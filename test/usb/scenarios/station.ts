/**
 * One, eight and thirty boards through `flashline station`, some of them pulled in the middle of it, beside strangers and a port
 * that is no slot. Oracles: the memory of the boards, the kernel, the record over HTTP.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BoardSpec } from '@flashline/virtual-boards';
import { firmwareBytes } from '../rig/images.ts';
import { BOARD_PATHS as paths, STRANGER_PATHS as strangers } from '../rig/ports.ts';
import { seededRandom } from '../rig/random.ts';
import { HANDS_MS, leftKernel, openRig, productAt } from '../rig/rig.ts';
import { Station } from '../rig/station.ts';
import { driversOf, plugStrangers, STRANGER, settled, urbsOf } from '../rig/strangers.ts';
import { until } from '../rig/until.ts';

const LENGTH = 4 * 1024;
const PULLED = 8;
const ORDER_SECONDS = 120;
/** No board needs fewer transfers than this. */
const LAST_PULL = 20;
const TWIN: BoardSpec = { contents: 'used', misbehaviours: [{ kind: 'equal-serial', usbSerial: 'TWIN' }] };
const NO_SLOT = '15-15';

const random = seededRandom(20_261_122);
const rig = await openRig();
await plugStrangers();
const station = await Station.join();
await rig.plug({ [NO_SLOT]: { contents: 'used' } });
const urbs = await settled(strangers);

await run(paths.slice(0, 1), {});
await run(paths.slice(0, 8), { [paths[2] ?? '']: TWIN, [paths[5] ?? '']: TWIN });
const loose = paths.filter((_, n) => n % 4 === 1).slice(0, PULLED);
await run(paths, Object.fromEntries(loose.map((path) => [path, pulledAt(1 + random(LAST_PULL))])));

for (const state of await station.slots(strangers, () => true))
  assert.deepEqual(state, { is: 'stranger', ...STRANGER });
const idle = await station.order(firmwareBytes(LENGTH), 1);
const { runs } = await station.client.runs({ slots: strangers.map((slot) => ({ slot })) });
assert.deepEqual(
  runs.map(({ attemptId }) => attemptId),
  strangers.map(() => null),
);
assert.equal(urbsOf(strangers), urbs, 'somebody talked to the strangers');
assert.equal(driversOf(strangers), 'usb-storage usbhid');
assert.equal((await rig.bench.report(NO_SLOT)).transfers, 0, 'somebody talked to a board that sits in no slot');
assert.equal((await station.client.slots()).length, paths.length + strangers.length);

await station.client.move(idle.id, 'close');
await rig.close();

/** Makes a board for each slot; those that leave meanwhile are plugged in again. */
async function run(slots: readonly string[], special: Readonly<Record<string, BoardSpec>>): Promise<void> {
  const image = firmwareBytes(LENGTH, slots.length);
  const order = await station.order(image, slots.length);
  const usual = slots.map((path, seed) => [path, { contents: 'used', seed }]);
  await rig.plug({ ...Object.fromEntries(usual), ...special });
  const beganMs = performance.now();
  const leaves = (path: string) => special[path]?.misbehaviours?.[0]?.kind === 'unplug';
  await Promise.all([
    station.completed(order, ['BOARD_GONE'], ORDER_SECONDS),
    ...slots.filter(leaves).map((path) => plugAgain(path)),
  ]);
  const seconds = ((performance.now() - beganMs) / 1000).toFixed(1);
  console.log(`${slots.length} at once: ${seconds} s from the plug to the last record`);
  for (const path of slots) {
    assert.deepEqual(await rig.memory(path, LENGTH), image, `${path} holds something else`);
    await until(`${path} runs its firmware`, () => (productAt(path) === '0483:5740' ? true : null));
  }
  const expected = slots.map((path) => (leaves(path) ? ['BOARD_GONE', 'pass'] : ['pass']));
  assert.deepEqual(await station.ends(order, slots), expected);
  await rig.pull(slots);
  await station.slots(slots, (state) => state.is === 'empty' || (state.is === 'done' && !state.present));
}

async function plugAgain(path: string): Promise<void> {
  await leftKernel(path, ORDER_SECONDS);
  await sleep(HANDS_MS);
  await rig.bench.replug(path);
}

function pulledAt(at: number): BoardSpec {
  return { contents: 'used', misbehaviours: [{ kind: 'unplug', at, afterMs: random(15) }] };
}
