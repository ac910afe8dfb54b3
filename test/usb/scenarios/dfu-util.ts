/** What dfu-util writes is on the board; what it reads is what our engine wrote, and the other way round. Oracle: dfu-util. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { dfuUtil } from '../rig/dfu-util.ts';
import { openEngineRig } from '../rig/engine.ts';
import { FLASH, firmwareBytes } from '../rig/images.ts';
import { productAt } from '../rig/rig.ts';
import { until } from '../rig/until.ts';

const LENGTH = 20_000;
const at = `0x0${FLASH.toString(16)}`;
const rig = await openEngineRig();

const theirs = firmwareBytes(LENGTH, 1);
writeFileSync('/tmp/image.bin', theirs);
await rig.plug({ '1-1': { contents: 'used', seed: 3 }, '1-2': { seed: 4, contents: 'used' } });
await dfuUtil('-p', '1-1', '-a', '0', '-s', `${at}:leave`, '-D', '/tmp/image.bin');
assert.deepEqual(await rig.memory('1-1', LENGTH), theirs);
await until('the board runs its firmware', () => (productAt('1-1') === '0483:5740' ? true : null));

const mine = firmwareBytes(LENGTH, 2);
const report = await rig.flash('1-2', mine);
assert.deepEqual([report.outcome, report.fault, report.faultDetails], ['pass', null, null]);
await rig.pull(['1-2']);
await rig.bench.replug('1-2');
await until('the board is back in its bootloader', () => (productAt('1-2') === '0483:df11' ? true : null));
await dfuUtil('-p', '1-2', '-a', '0', '-s', `${at}:${LENGTH}`, '-U', '/tmp/read.bin');
assert.deepEqual(new Uint8Array(readFileSync('/tmp/read.bin')), mine);
await rig.close();
