import { Fault, hex32 } from '@flashline/contracts';
import type { AttemptReport } from '@flashline/dfuse';
import type { BoardSpec, Misbehaviour } from '@flashline/virtual-boards';
import { beforeAll, describe, expect, test } from 'vitest';
import { FLASH, firmwareBytes, imageOf, type Rig, rigWith, SLOT, SMALL } from './rig.ts';

const KIB = 1024;

async function attempt(...misbehaviours: Misbehaviour[]): Promise<{ rig: Rig; report: AttemptReport }> {
  const rig = rigWith({ contents: 'used', misbehaviours });
  return { rig, report: await rig.run() };
}

/** No report may say more than is true, whatever happened to the board. */
function expectHonest(rig: Rig, { outcome, fault, readback, intended }: AttemptReport): void {
  expect(outcome === 'pass').toBe(fault === null);
  if (readback !== null) expect(readback).toEqual(intended);
  if (outcome === 'pass') expect(readback).not.toBeNull();
  if (readback !== null) expect(rig.holds()).toBe(true);
}

/** Control transfers of one whole flash of the small image onto a used F405. */
let transfers = 0;
beforeAll(async () => {
  transfers = (await attempt()).report.transfers;
  expect(transfers).toBeGreaterThan(40);
});

const everyTransfer = () => Array.from({ length: transfers }, (_, i) => i + 1);

describe('a board that is pulled', () => {
  test('before any one transfer is BOARD_GONE at once and never a pass; at the very last it was proven and told to leave', async () => {
    for (const at of everyTransfer()) {
      const { rig, report } = await attempt({ kind: 'unplug', at });
      expectHonest(rig, report);
      // The last one is the GETSTATUS after the order to leave: being gone is what it was told to do.
      if (at === transfers) expect(report).toMatchObject({ outcome: 'pass', readback: report.intended });
      else expect(report, `at ${at}`).toMatchObject({ outcome: 'fail', fault: 'BOARD_GONE', transfers: at + 1 });
    }
  });

  test('during a sleep or an erase is BOARD_GONE too', async () => {
    const rig = rigWith({ contents: 'used' });
    const running = rig.run({}, { onProgress: ({ phase }) => phase === 'erase' && void pullSoon(rig) });
    expect(await running).toMatchObject({ fault: 'BOARD_GONE', faultDetails: { phase: 'erase' } });
  });

  test('in a row of boards fails alone', async () => {
    const rig = rigWith({ misbehaviours: [{ kind: 'unplug', at: 30 }] });
    rig.bench.plug('1-2', { seed: 2 });
    const [pulled, other] = await Promise.all([rig.run(), rig.run({}, {}, '1-2')]);
    expect(pulled).toMatchObject({ fault: 'BOARD_GONE' });
    expect(other).toMatchObject({ outcome: 'pass' });
  });
});

async function pullSoon(rig: Rig): Promise<void> {
  await rig.clock.sleep(20);
  if (rig.bench.board(SLOT).presence === 'dfu') rig.bench.unplug(SLOT);
}

describe('a transfer that fails by chance', () => {
  const lost = (effect: boolean) => (at: number) => ({ kind: 'timeout', at, effect }) as const;

  test.each([
    ['unheard', lost(false)],
    ['unanswered', lost(true)],
  ])('because it went %s costs nobody a good board, wherever it is', async (_how, trouble) => {
    for (const at of everyTransfer()) {
      const { rig, report } = await attempt(trouble(at));
      expectHonest(rig, report);
      expect(report, `at ${at}: ${JSON.stringify(report.faultDetails)}`).toMatchObject({ outcome: 'pass' });
      const sins = rig.bench.report(SLOT).sins.filter(({ sin }) => sin !== 'download-in-wrong-state');
      expect(sins, `at ${at}`).toEqual([]);
    }
  });

  test('because it was stalled without a reason costs nobody a good board either', async () => {
    for (const at of everyTransfer()) {
      const { rig, report } = await attempt({ kind: 'stall', at });
      expectHonest(rig, report);
      expect(report, `at ${at}: ${JSON.stringify(report.faultDetails)}`).toMatchObject({ outcome: 'pass' });
    }
  });
});

describe('a board that hangs', () => {
  test('at any transfer is BOARD_SILENT after three requests, found out in seconds', async () => {
    for (const at of everyTransfer()) {
      const { rig, report } = await attempt({ kind: 'hang', at });
      expectHonest(rig, report);
      const isToldToLeave = at >= transfers;
      expect(report.fault, `at ${at}`).toBe(isToldToLeave ? 'LEAVE_REFUSED' : 'BOARD_SILENT');
      // Three that are not answered, and the ABORT with which every board is left.
      if (!isToldToLeave) expect(report.transfers, `at ${at}`).toBe(at + 3);
      expect(rig.clock.now(), `at ${at}`).toBeLessThan(25_000);
    }
  });
});

describe('flash that does not hold what was written', () => {
  test.each([FLASH, FLASH + 2047, FLASH + 2048, FLASH + 5 * KIB - 1, FLASH + 32 * KIB, FLASH + 35 * KIB - 1])(
    'at %i is VERIFY_MISMATCH with the address and both bytes',
    async (address) => {
      const { rig, report } = await attempt({ kind: 'bit-flip', address, bit: 3 });
      expectHonest(rig, report);
      expect(report).toMatchObject({ outcome: 'fail', fault: 'VERIFY_MISMATCH', readback: null });
      const { expected, found, ...where } = report.faultDetails ?? {};
      expect(where).toMatchObject({ phase: 'verify', address: hex32(address) });
      expect(Number(expected) ^ Number(found)).toBe(1 << 3);
    },
  );

  test('outside of the image does not matter', async () => {
    const { report } = await attempt({ kind: 'bit-flip', address: FLASH + 16 * KIB, bit: 0 });
    expect(report).toMatchObject({ outcome: 'pass' });
  });

  test('because writes were lost silently is VERIFY_MISMATCH', async () => {
    const { rig, report } = await attempt({ kind: 'silent-write-loss', address: FLASH + 3000, length: 4 });
    expectHonest(rig, report);
    expect(report).toMatchObject({ fault: 'VERIFY_MISMATCH', faultDetails: { address: hex32(FLASH + 3000) } });
  });

  test('because a sector was not erased is VERIFY_MISMATCH', async () => {
    const { rig, report } = await attempt({ kind: 'silent-erase-failure', address: FLASH, length: 16 });
    expectHonest(rig, report);
    expect(report).toMatchObject({ outcome: 'fail', fault: 'VERIFY_MISMATCH' });
  });
});

describe('a board that is not touched', () => {
  async function expectUntouched(spec: BoardSpec, ...[request]: Parameters<Rig['run']>): Promise<AttemptReport> {
    const rig = rigWith({ contents: 'used', ...spec });
    const whole = { address: FLASH, length: 64 * KIB };
    const before = rig.bench.inspect(SLOT, whole).sha256;
    const report = await rig.run(request);
    expect(rig.bench.inspect(SLOT, whole).sha256).toBe(before);
    expect(report.phases.map(({ name }) => name)).not.toContain('erase');
    return report;
  }

  test('is one that is read-protected', async () => {
    const report = await expectUntouched({ misbehaviours: [{ kind: 'read-protected' }] });
    expect(report).toMatchObject({
      outcome: 'fail',
      fault: 'BOARD_READ_PROTECTED',
      faultDetails: { phase: 'identify' },
    });
  });

  test.each([
    ['product', { productId: 0xdf12 }, { field: 'id', expected: '0483:df12', found: '0483:df11' }],
    ['revision', { bcdDevice: 0x2100 }, { field: 'bcdDevice', expected: '0x2100', found: '0x2200' }],
    [
      'layout',
      { layout: '@Internal Flash  /0x08000000/128*0002Kg' },
      {
        field: 'layout',
        expected: '@Internal Flash /0x08000000/128*0002Kg',
        found: '@Internal Flash /0x08000000/04*016Kg,01*064Kg,07*128Kg',
      },
    ],
  ])('is one of another %s than the order wants', async (_what, differs, facts) => {
    const board = { vendorId: 0x0483, productId: 0xdf11, bcdDevice: null, layout: null, ...differs };
    const report = await expectUntouched({}, { board });
    expect(report).toMatchObject({
      outcome: 'error',
      fault: 'WRONG_BOARD',
      faultDetails: { phase: 'identify', ...facts },
      board: { productId: 0xdf11 },
    });
  });

  test('is one that the image says it is not for', async () => {
    const image = { ...SMALL, device: { vendorId: 0x0483, productId: 0x5740, bcdDevice: null } };
    expect(await expectUntouched({}, { image })).toMatchObject({
      fault: 'WRONG_BOARD',
      faultDetails: { field: 'image', expected: '0483:5740', found: '0483:df11' },
    });
  });

  test.each([
    ['is too big', imageOf([{ address: FLASH, data: firmwareBytes(1024 * KIB + 1) }])],
    ['goes elsewhere', imageOf([{ address: 0x2000_0000, data: firmwareBytes(16) }])],
    ['is for the option bytes', imageOf([{ address: 0x1fff_c000, data: firmwareBytes(16) }], 1)],
  ])('is one whose image %s', async (_why, image) => {
    const report = await expectUntouched({}, { image });
    expect(report).toMatchObject({ outcome: 'error', fault: 'IMAGE_DOES_NOT_FIT', faultDetails: { phase: 'plan' } });
  });

  test('is one that is not there', async () => {
    const report = await rigWith({}).run({}, {}, '1-9');
    expect(report).toMatchObject({ fault: 'BOARD_GONE', board: null, transfers: 0 });
  });

  test('is one that another program holds', async () => {
    const rig = rigWith({});
    await rig.bench.open(SLOT);
    expect(await rig.run()).toMatchObject({ outcome: 'error', fault: 'USB_BUSY' });
  });
});

describe('a board that does not leave', () => {
  test('but comes back in its bootloader is LEAVE_REFUSED, although it is proven', async () => {
    const { rig, report } = await attempt({ kind: 'refuses-to-leave' });
    expectHonest(rig, report);
    expect(report).toMatchObject({
      outcome: 'fail',
      fault: 'LEAVE_REFUSED',
      faultDetails: { phase: 'confirm', seen: 'back in the bootloader' },
      readback: report.intended,
    });
  });

  test('because the image holds no firmware is LEAVE_REFUSED', async () => {
    const rig = rigWith({});
    const image = imageOf([{ address: FLASH, data: new Uint8Array(64) }]);
    expect(await rig.run({ image })).toMatchObject({ fault: 'LEAVE_REFUSED', readback: { bytes: 64 } });
  });
});

describe('an attempt that is stopped', () => {
  const phases = ['identify', 'plan', 'erase', 'write', 'verify', 'leave', 'confirm'] as const;

  test.each(phases)('in %s ends as CANCELLED, with the board idle and its port free', async (stopIn) => {
    const rig = rigWith({ contents: 'used' });
    const stop = new AbortController();
    const onProgress = ({ phase }: { phase: string }) => phase === stopIn && stop.abort();
    const report = await rig.run({}, { signal: stop.signal, onProgress });
    expect(report).toMatchObject({ outcome: 'aborted', fault: 'CANCELLED', faultDetails: { phase: stopIn } });
    expectHonest(rig, report);
    if (stopIn === 'confirm') return;
    expect(rig.bench.report(SLOT)).toMatchObject({ presence: 'dfu', state: 'dfuIDLE', sins: [] });
    expect(await rig.run()).toMatchObject({ outcome: 'pass' });
  });

  test('at any moment ends soon, as CANCELLED or as the pass that it already was', async () => {
    const whole = rigWith({ contents: 'used' });
    await whole.run();
    for (let stopAtMs = 0; stopAtMs < whole.clock.now(); stopAtMs += 9.7) {
      const rig = rigWith({ contents: 'used' });
      const stop = new AbortController();
      void rig.clock.sleep(stopAtMs).then(() => stop.abort());
      const report = await rig.run({}, { signal: stop.signal });
      expectHonest(rig, report);
      expect(['CANCELLED', null], `${stopAtMs}`).toContain(report.fault);
      // An erase that is under way is waited for: a transfer cannot be taken back.
      expect(rig.clock.now() - stopAtMs).toBeLessThan(600);
    }
  });

  test('by the station ends with the reason of the station', async () => {
    const report = await rigWith({}).run({}, { signal: AbortSignal.abort(new Fault('SEATING_ENDED')) });
    expect(report).toMatchObject({ outcome: 'error', fault: 'SEATING_ENDED', transfers: 0 });
  });
});

describe('a board that is slow', () => {
  test('by ten times still passes', async () => {
    const { report } = await attempt({ kind: 'slow', factor: 10 });
    expect(report).toMatchObject({ outcome: 'pass' });
  });

  test('beyond every measure is BOARD_SLOW in the phase whose deadline it missed', async () => {
    const rig = rigWith({ contents: 'used' });
    const report = await rig.run({}, { limits: { baseMs: 100, erasePerSectorMs: 1, erasePerKibMs: 1 } });
    expect(report).toMatchObject({ outcome: 'fail', fault: 'BOARD_SLOW', faultDetails: { phase: 'erase' } });
    expectHonest(rig, report);
  });
});
