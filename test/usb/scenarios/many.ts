/** One, eight and thirty boards at once, two of them with equal serials. Oracles: the memory of the boards, the kernel. */
import assert from 'node:assert/strict';
import { pathOf } from '../rig/cables.ts';
import { firmwareBytes } from '../rig/images.ts';
import { openRig, productAt } from '../rig/rig.ts';
import { until } from '../rig/until.ts';

const LENGTH = 8 * 1024;
const rig = await openRig();
for (const count of [1, 8, 30]) {
  const paths = Array.from({ length: count }, (_, n) => pathOf(n));
  const twins = [{ kind: 'equal-serial', usbSerial: 'TWIN' }] as const;
  const specs = paths.map((path, n) => [
    path,
    { contents: 'used', seed: n, ...(n % 15 === 2 && { misbehaviours: twins }) },
  ]);
  const beganMs = performance.now();
  await rig.plug(Object.fromEntries(specs));
  const pluggedMs = performance.now();
  await until('libusb has them all', async () => ((await rig.bus.list()).length === count ? true : null));

  const images = paths.map((_, n) => firmwareBytes(LENGTH, n));
  const reports = await Promise.all(images.map((image, n) => rig.flash(paths[n] ?? '', image)));
  const flashedMs = performance.now();
  assert.deepEqual(
    reports.map(({ outcome, fault, faultDetails }) => ({ outcome, fault, faultDetails })),
    paths.map(() => ({ outcome: 'pass', fault: null, faultDetails: null })),
  );
  for (const [n, image] of images.entries()) {
    const path = paths[n] ?? '';
    assert.deepEqual(await rig.memory(path, LENGTH), image, `${path} holds something else`);
    await until(`${path} runs its firmware`, () => (productAt(path) === '0483:5740' ? true : null));
  }
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  console.log(`${count} at once: plugged ${seconds(pluggedMs - beganMs)}, flashed ${seconds(flashedMs - pluggedMs)}`);
  for (const path of paths) await rig.bench.unplug(path);
  await until('the kernel has lost them all', () => (paths.some((path) => productAt(path) !== null) ? null : true));
}
await rig.close();
