import { PLAIN_RECIPE } from '@flashline/contracts';
import { runAttempt } from '@flashline/dfuse';
import { PARTS } from '@flashline/virtual-boards';
import { expect, test } from 'vitest';
import { OddDevice } from './odd-device.ts';
import { boardOf, smallImageFor } from './part-image.ts';
import { rigWith, SLOT, SMALL } from './rig.ts';

const F405_RDP = 0x1fff_c001;
const BANK_2 = 0x0810_0000;

test('an erase that got stuck and did nothing is ERASE_REFUSED: no later look is needed to know it', async () => {
  const part = PARTS.find(({ name }) => name === 'H743-rev-v') ?? expect.fail();
  const misbehaviours = [{ kind: 'silent-erase-failure', address: BANK_2, length: 1 } as const];
  const rig = rigWith({ part: part.name, contents: 'used', misbehaviours });
  const report = await rig.run({ image: smallImageFor(part), board: boardOf(part) });
  expect(report).toMatchObject({ outcome: 'fail', fault: 'ERASE_REFUSED', faultDetails: { phase: 'erase' } });
});

test('a read protection that was acknowledged and not set is LOCK_FAILED: the flash can still be read', async () => {
  const misbehaviours = [{ kind: 'silent-write-loss', address: F405_RDP, length: 1 } as const];
  const rig = rigWith({ contents: 'used', misbehaviours });
  const lock = [{ memory: 'option-bytes', address: F405_RDP, data: 'bb' } as const];
  const report = await rig.run({ recipe: { ...PLAIN_RECIPE, lock } });
  expect(report).toMatchObject({ outcome: 'fail', fault: 'LOCK_FAILED', faultDetails: { phase: 'lock' } });
});

test.each([
  ['downloaded to', 0x0a, 'WRITE_REFUSED'],
  ['uploaded from', 0x09, 'READ_REFUSED'],
])('a device that says it cannot be %s is not touched', async (_what, attributes, fault) => {
  const { functional } = new OddDevice().device;
  const device = new OddDevice({ device: { functional: { ...functional, attributes } } });
  const { bench, clock } = rigWith({});
  const context = { clock, signal: new AbortController().signal, onProgress: () => undefined };
  const board = { ...boardOf(bench.board(SLOT).part), bcdDevice: null };
  const report = await runAttempt(device, SLOT, { image: SMALL, board, leave: true }, context);
  expect(report).toMatchObject({ outcome: 'fail', fault, faultDetails: { attributes }, transfers: 0 });
});
