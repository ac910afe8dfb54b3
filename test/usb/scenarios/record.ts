/** The station ends when it is told to, and what it has put on record is sound and whole. Oracle: what it said over HTTP. */
import assert from 'node:assert/strict';
import { Station } from '../rig/station.ts';

const station = await Station.join();
const attempts = await station.client.attempts('limit=500');
assert.ok(attempts.length > 0 && attempts.length < 500, `${attempts.length} attempts`);
assert.equal(await station.stop(), '0\n');
const { code, stdout, stderr } = await station.verified();
assert.equal(code, 0, stdout + stderr);
assert.match(stdout, new RegExp(` ${attempts.length} attempts, ${attempts.length} results, 0 in work`));
console.log(stdout.trim());
