import { hex32, PLAIN_RECIPE, ST_BOOTLOADER } from '@flashline/contracts';
import { type AttemptReport, runAttempt, TransferError } from '@flashline/dfuse';
import { PARTS, VirtualClock } from '@flashline/virtual-boards';
import { expect, test } from 'vitest';
import { OddDevice, type Oddity } from './odd-device.ts';
import { boardOf, smallImageFor } from './part-image.ts';
import { FLASH, firmwareBytes, imageOf, rigWith, SLOT, SMALL } from './rig.ts';

const F405_OPTIONS = 0x1fff_c000;
const F405_RDP = F405_OPTIONS + 1;
const F405_OTP = 0x1fff_7800;
const F072_USER = 0x1fff_f802;
const BANK_2 = 0x0810_0000;

test('an erase that got stuck and did nothing is ERASE_REFUSED: no later look is needed to know it', async () => {
  const part = PARTS.find(({ name }) => name === 'H743-rev-v') ?? expect.fail();
  const misbehaviours = [{ kind: 'silent-erase-failure', address: BANK_2, length: 1 } as const];
  const rig = rigWith({ part: part.name, contents: 'used', misbehaviours });
  const report = await rig.run({ image: smallImageFor(part), board: boardOf(part) });
  expect(report).toMatchObject({ outcome: 'fail', fault: 'ERASE_REFUSED', faultDetails: { phase: 'erase' } });
});

test('a sector that is two in truth is erased as two: the F767 with two banks tells the map of one', async () => {
  const part = PARTS.find(({ name }) => name === 'F767-dual-bank') ?? expect.fail();
  const rig = rigWith({ part: part.name, contents: 'used' });
  const image = imageOf([{ address: FLASH, data: firmwareBytes(600 * 1024) }]);
  expect(await rig.run({ image, board: boardOf(part) })).toMatchObject({ outcome: 'pass' });
  expect(rig.holds(image)).toBe(true);
});

test('a read protection that was acknowledged and not set is LOCK_FAILED: the flash can still be read', async () => {
  const misbehaviours = [{ kind: 'silent-write-loss', address: F405_RDP, length: 1 } as const];
  const rig = rigWith({ contents: 'used', misbehaviours });
  const lock = [{ memory: 'option-bytes', address: F405_RDP, data: 'bb' } as const];
  const report = await rig.run({ recipe: { ...PLAIN_RECIPE, lock } });
  expect(report).toMatchObject({ outcome: 'fail', fault: 'LOCK_FAILED', faultDetails: { phase: 'lock' } });
});

test.each([
  ['option bytes', { memory: 'option-bytes', address: F405_OPTIONS, data: 'ec' } as const],
  ['OTP', { memory: 'otp', address: F405_OTP, data: '01' } as const],
])('%s that were acknowledged and not written are LOCK_FAILED', async (_what, one) => {
  const misbehaviours = [{ kind: 'silent-write-loss', address: one.address, length: 1 } as const];
  const rig = rigWith({ contents: 'used', misbehaviours });
  const report = await rig.run({ recipe: { ...PLAIN_RECIPE, lock: [one], permanent: true } });
  expect(report).toMatchObject({
    outcome: 'fail',
    fault: 'LOCK_FAILED',
    faultDetails: { phase: 'lock', memory: one.memory, address: hex32(one.address) },
    locked: [{ after: null }],
  });
});

test('a board that is swapped while it resets is not taken for the one that was locked, though both say who they are', async () => {
  const board = { part: 'F072', contents: 'used' } as const;
  const rig = rigWith(board);
  const swap = async () => {
    while (rig.bench.board(SLOT).presence !== 'away') await rig.clock.sleep(5);
    rig.bench.unplug(SLOT);
    await rig.clock.sleep(2_000);
    rig.bench.plug(SLOT, { ...board, seed: 2 });
  };
  const swaps: Promise<void>[] = [];
  const onProgress = ({ phase }: { phase: string }) => {
    if (phase === 'lock' && swaps.length === 0) swaps.push(swap());
  };
  const lock = [{ memory: 'option-bytes', address: F072_USER, data: 'fe01' } as const];
  const report = await rig.run({ recipe: { ...PLAIN_RECIPE, lock } }, { onProgress });
  await Promise.all(swaps);
  expect(report).toMatchObject({ outcome: 'fail', fault: 'BOARD_GONE', faultDetails: { phase: 'lock' } });
});

async function flashOdd(oddity: Oddity): Promise<{ device: OddDevice; report: AttemptReport }> {
  const device = new OddDevice(oddity);
  const context = { clock: new VirtualClock(), signal: new AbortController().signal, onProgress: () => undefined };
  return {
    device,
    report: await runAttempt(device, SLOT, { image: SMALL, board: ST_BOOTLOADER, leave: true }, context),
  };
}

test.each([
  ['downloaded to', 0x0a, 'WRITE_REFUSED'],
  ['uploaded from', 0x09, 'READ_REFUSED'],
])('a device that says it cannot be %s is not touched', async (_what, attributes, fault) => {
  const { functional } = new OddDevice().device;
  const { report } = await flashOdd({ device: { functional: { ...functional, attributes } } });
  expect(report).toMatchObject({ outcome: 'fail', fault, faultDetails: { attributes }, transfers: 0 });
});

test('a device that stalls every read and gives no reason is taken for read-protected, and not touched', async () => {
  const { device, report } = await flashOdd({
    meddle: ({ request, value }) => {
      if (request === 'other' && value >= 2) throw new TransferError('stall', 'no');
    },
  });
  expect(report).toMatchObject({ outcome: 'fail', fault: 'BOARD_READ_PROTECTED', faultDetails: { phase: 'identify' } });
  expect(device.commands.every((command) => command.startsWith('address'))).toBe(true);
});
