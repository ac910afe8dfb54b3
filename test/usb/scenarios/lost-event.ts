/** A board whose hot-plug event is lost is found and flashed all the same. Oracles: the kernel, the memory of the board. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import type { SlotState } from '@flashline/contracts';
import { firmwareBytes } from '../rig/images.ts';
import { openRig } from '../rig/rig.ts';
import { Station } from '../rig/station.ts';
import { until } from '../rig/until.ts';

const LENGTH = 4 * 1024;
const PATH = '1-1';

const image = firmwareBytes(LENGTH, 6);
const rig = await openRig();
const station = await Station.join();
const order = await station.order(image, 1);
// What another board has left in the slot says nothing about this one.
const before = await station.seatingAt(PATH);
const isNew = (state: SlotState) => 'seatingId' in state && state.seatingId !== before;

// libusb hears of devices from udevd, and udevd says nothing from now on.
execFileSync('udevadm', ['control', '--stop-exec-queue']);
try {
  const pluggedMs = performance.now();
  await rig.plug({ [PATH]: { contents: 'used' } });
  await station.slots([PATH], isNew);
  console.log(`found after ${((performance.now() - pluggedMs) / 1000).toFixed(1)} s`);
  // A port host that was not told either may need an attempt to notice.
  await until('the board has passed', async () => {
    const [state] = await station.slots([PATH], (slot) => isNew(slot) && slot.is === 'done');
    if (state?.is === 'done' && state.outcome === 'pass') return true;
    await station.client.runs({ slots: [{ slot: PATH }] });
    return null;
  });
} finally {
  execFileSync('udevadm', ['control', '--start-exec-queue']);
}
assert.deepEqual(await rig.memory(PATH, LENGTH), image);
console.log(`attempts: ${(await station.ends(order, [PATH])).join()}`);
await rig.close();
