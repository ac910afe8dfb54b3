/** The udev rules that we ship, in the hands of the real udevd. Oracles: the device node, the memory of the boards. */
import assert from 'node:assert/strict';
import { execSync } from 'node:child_process';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { firmwareBytes } from '../rig/images.ts';
import { openRig } from '../rig/rig.ts';
import { until } from '../rig/until.ts';
import { addUser, type User } from '../rig/user.ts';

interface Finding {
  readonly id: string;
  readonly state: string;
  readonly says: string;
  readonly do: readonly string[];
}

const LENGTH = 4 * 1024;
const PATH = '1-1';
const RULES = fileURLToPath(new URL('../../../config/udev/60-flashline.rules', import.meta.url));
const IMAGE = '/tmp/firmware.bin';
const CHECKS = ['udev-rule', 'plugdev', 'board-access', 'usb-library', 'autosuspend'];
const FLASH = ['flash', `${IMAGE}@0x08000000`, '--slot', PATH];

const image = firmwareBytes(LENGTH, 8);
const rig = await openRig();
writeFileSync(IMAGE, image);
chmodSync('/tmp', 0o1777);
const inside = addUser('inside', ['plugdev']);
const outside = addUser('outside', []);
await rig.plug({ [PATH]: { contents: 'used' } });
const number = (file: string) => readFileSync(`/sys/bus/usb/devices/${PATH}/${file}`, 'utf8').trim().padStart(3, '0');
const node = `/dev/bus/usb/${number('busnum')}/${number('devnum')}`;
const access = () => `${statSync(node).gid} ${(statSync(node).mode & 0o777).toString(8)}`;
const plugdev = /^plugdev:[^:]*:(\d+):/m.exec(readFileSync('/etc/group', 'utf8'))?.[1];

// The command in the rules themselves, as root.
const [, install = ''] = /^#\s+(sudo cp .*)$/m.exec(readFileSync(RULES, 'utf8')) ?? [];
execSync(install.replaceAll('sudo ', '').replace('60-flashline.rules', RULES));
await until('udevd has let plugdev in', () => (access() === `${plugdev} 660` ? true : null));

const [refused, ill] = await Promise.all([outside.flashline(...FLASH), doctor(outside)]);
assert.notEqual(refused.code, 0);
assert.match(refused.stdout + refused.stderr, /USB_PERMISSION.*flashline doctor/s);
assert.equal(ill.code, 3);
assert.deepEqual([ill.of('plugdev').state, ill.of('board-access').state], ['bad', 'bad']);
assert.ok(ill.of('plugdev').do.includes('sudo usermod -aG plugdev outside'), JSON.stringify(ill.of('plugdev')));
assert.equal((await rig.bench.report(PATH)).transfers, 0, 'a board was touched that may not be opened');

const [well, flashed] = await Promise.all([doctor(inside), inside.flashline(...FLASH)]);
assert.deepEqual(
  CHECKS.map((id) => [id, well.of(id).state]),
  CHECKS.map((id) => [id, 'ok']),
);
assert.equal(flashed.code, 0, flashed.stdout + flashed.stderr);
assert.deepEqual(await rig.memory(PATH, LENGTH), image);
await rig.close();

/** What `flashline doctor` finds for a user: its exit code, and each check by its name. */
async function doctor(user: User) {
  const { code, stdout, stderr } = await user.flashline('doctor', '--json');
  assert.ok(stdout.startsWith('{'), stderr);
  const { findings } = JSON.parse(stdout) as { findings: readonly Finding[] };
  const of = (id: string) =>
    findings.find((finding) => finding.id === id) ?? { id, state: 'missing', says: '', do: [] };
  return { code, of };
}
