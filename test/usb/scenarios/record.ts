/** The station ends when it is told to, and what it has put on record is sound and whole. Oracle: what it said over HTTP. */
import assert from 'node:assert/strict';
import { firmwareBytes } from '../rig/images.ts';
import { openRig } from '../rig/rig.ts';
import { Station } from '../rig/station.ts';

const PATH = '1-1';
const ORDER_SECONDS = 60;

const station = await Station.join();
// Alone, this scenario finds an empty record.
if ((await station.client.attempts('limit=1')).length === 0) await flashOne();

const attempts = await station.client.attempts('limit=500');
assert.ok(attempts.length > 0 && attempts.length < 500, `${attempts.length} attempts`);
assert.equal(await station.stop(), '0\n');
const { code, stdout, stderr } = await station.verified();
assert.equal(code, 0, stdout + stderr);
assert.match(stdout, new RegExp(` ${attempts.length} attempts, ${attempts.length} results, 0 in work`));
console.log(stdout.trim());

async function flashOne(): Promise<void> {
  const rig = await openRig();
  const order = await station.order(firmwareBytes(4 * 1024, 10), 1);
  await rig.plug({ [PATH]: { contents: 'used' } });
  await station.completed(order, [], ORDER_SECONDS);
  await rig.close();
}
