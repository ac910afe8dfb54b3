/** Our boards are boards to others too. Oracles: the kernel, dfu-util, and the data of the parts. */
import assert from 'node:assert/strict';
import { PARTS } from '@flashline/virtual-boards';
import { dfuUtilList } from '../rig/dfu-util.ts';
import { openEngineRig } from '../rig/engine.ts';
import { productAt } from '../rig/rig.ts';
import { until } from '../rig/until.ts';

const rig = await openEngineRig();
const boards = { '1-1': 'F405', '1-2': 'F303', '1-3': 'H743', '3-15': 'L072' };
const parts = Object.entries(boards).map(([path, name]) => {
  const part = PARTS.find((one) => one.name === name);
  assert.ok(part, `there is no part ${name}`);
  return { path, part };
});
await rig.plug(Object.fromEntries(Object.entries(boards).map(([path, part]) => [path, { part, seed: 7 }])));
for (const { path } of parts) assert.equal(productAt(path), '0483:df11');

const ours = await until('libusb has them all', async () => {
  const listed = await rig.bus.list();
  return listed.length === parts.length ? listed : null;
});
const listed = await dfuUtilList();
for (const { path, part } of parts) {
  const theirs = listed.filter((one) => one.path === path).sort((a, b) => a.alternate - b.alternate);
  assert.deepEqual(
    theirs.map(({ alternate, name }) => ({ alternate, name })),
    part.alternates,
  );
  const mine = ours.find((one) => one.path === path);
  assert.equal(mine?.mode, 'dfu');
  assert.equal(mine.usbSerial, theirs[0]?.serial);
  const port = await rig.bus.open(path);
  assert.deepEqual(port.device.alternates, part.alternates);
  assert.deepEqual(port.device.functional, part.functional);
  await port.close();
}

await rig.pull(['1-2']);
const left = await rig.bus.list();
assert.deepEqual(left.map(({ path }) => path).sort(), ['1-1', '1-3', '3-15']);
await rig.close();
