import { PLAIN_RECIPE, type Recipe } from '@flashline/contracts';
import type { AttemptReport, BusDevice } from '@flashline/dfuse';
import type { Range } from '@flashline/firmware';
import { PARTS } from '@flashline/virtual-boards';
import { describe, expect, test } from 'vitest';
import { smallImageFor } from './part-image.ts';
import { FLASH, firmwareBytes, imageOf, type Rig, rigWith, SLOT, SMALL } from './rig.ts';

const KIB = 1024;
const F405_OPTIONS = 0x1fff_c000;
const F405_OTP = 0x1fff_7800;
const F405_RDP = F405_OPTIONS + 1;

function recipe(changes: Partial<Recipe>): { recipe: Recipe } {
  return { recipe: { ...PLAIN_RECIPE, ...changes } };
}

function used(part = 'F405'): Rig {
  return rigWith({ part, contents: 'used' });
}

function again(rig: Rig): void {
  if (rig.bench.lastBoard(SLOT).presence !== 'pulled') rig.bench.unplug(SLOT);
  rig.bench.replug(SLOT);
}

const erasesOf = (rig: Rig) => rig.bench.report(SLOT).wear.filter(({ did }) => did === 'erase');
const writtenBy = ({ phases }: AttemptReport) => phases.find(({ name }) => name === 'write')?.bytes;
const memoryOf = (rig: Rig) => rig.bench.lastBoard(SLOT).memory;

describe('what is erased', () => {
  test('is nothing on a blank board, and what an erase leaves anyway is not written', async () => {
    const part = PARTS.find(({ name }) => name === 'F405');
    const image = smallImageFor(part ?? PARTS[0] ?? expect.fail());
    const rig = rigWith({});
    const report = await rig.run({ image });
    expect(report).toMatchObject({ outcome: 'pass', readback: { bytes: 8 * KIB } });
    expect(erasesOf(rig)).toEqual([]);
    expect(writtenBy(report)).toBe(6 * KIB);
  });

  test('is one sector when one byte of the image has changed', async () => {
    const rig = used();
    await rig.run();
    again(rig);
    const before = erasesOf(rig).length;
    const changed = structuredClone(SMALL);
    const [, second] = changed.targets[0]?.ranges ?? [];
    second?.data.set([0x55], 1);
    const report = await rig.run({ image: changed });
    expect(report).toMatchObject({ outcome: 'pass' });
    expect(erasesOf(rig).reduce((sum, { count }) => sum + count, 0)).toBe(before + 1);
    expect(writtenBy(report)).toBe(3 * KIB);
  });

  test('is nothing when a new board was pulled between two blocks, for its blocks are equal or blank', async () => {
    const rig = rigWith({ misbehaviours: [{ kind: 'unplug', at: 21 }] });
    expect(await rig.run()).toMatchObject({ fault: 'BOARD_GONE', faultDetails: { phase: 'write' } });
    again(rig);
    expect(await rig.run()).toMatchObject({ outcome: 'pass' });
    expect(erasesOf(rig)).toEqual([]);
  });

  test('is every sector under the image when nothing on the board is believed, and its flash reads blank all the same', async () => {
    const rig = rigWith({});
    expect(await rig.run({ trust: 'no' })).toMatchObject({ outcome: 'pass' });
    expect(erasesOf(rig).map(({ address }) => address)).toEqual([FLASH, FLASH + 32 * KIB]);
  });

  test.each([
    ['F405', 0],
    ['F072', 1],
  ])('on a %s, after a pass of its serial, depends on whether the serial is its own', async (part, sectors) => {
    const rig = rigWith({ part });
    expect(await rig.run({ trust: 'own-serial' })).toMatchObject({ outcome: 'pass' });
    expect(erasesOf(rig).length > 0).toBe(sectors > 0);
  });

  test('is everything by one command when the recipe asks for it, although the ROM lies about how long that takes', async () => {
    const rig = used();
    const report = await rig.run(recipe({ erase: 'mass' }));
    expect(report).toMatchObject({ outcome: 'pass' });
    expect(report.phases.find(({ name }) => name === 'erase')?.ms).toBeGreaterThan(10_000);
    expect(
      memoryOf(rig)
        .read(FLASH + 512 * KIB, 64)
        .every((byte) => byte === 0xff),
    ).toBe(true);
  });

  test('is everything when that is faster and the rest may go, and only then', async () => {
    const careful = used('F303');
    await careful.run();
    expect(
      memoryOf(careful)
        .read(FLASH + 100 * KIB, 64)
        .every((byte) => byte === 0xff),
    ).toBe(false);
    const quick = used('F303');
    const report = await quick.run(recipe({ keepsRest: false }));
    expect(report).toMatchObject({ outcome: 'pass' });
    expect(
      memoryOf(quick)
        .read(FLASH + 100 * KIB, 64)
        .every((byte) => byte === 0xff),
    ).toBe(true);
  });

  test('is everything when that is faster and the image is everywhere anyway', async () => {
    const rig = used('F303');
    const image = imageOf([{ address: FLASH, data: new Uint8Array(256 * KIB).fill(0x42) }]);
    const report = await rig.run({ image, leave: false });
    expect(report).toMatchObject({ outcome: 'pass' });
    expect(report.phases.find(({ name }) => name === 'erase')?.ms).toBeLessThan(200);
  });

  test('is nothing when the recipe forbids it: a new board passes, a used one is FLASH_NOT_BLANK and stays as it was', async () => {
    expect(await rigWith({}).run(recipe({ erase: 'none' }))).toMatchObject({ outcome: 'pass' });
    const rig = used();
    const before = memoryOf(rig).digest(FLASH, 64 * KIB);
    const report = await rig.run(recipe({ erase: 'none' }));
    expect(report).toMatchObject({
      outcome: 'fail',
      fault: 'FLASH_NOT_BLANK',
      faultDetails: { phase: 'plan', sectors: 2 },
    });
    expect(memoryOf(rig).digest(FLASH, 64 * KIB)).toBe(before);
  });

  test('is nothing when the recipe forbids it, so a board that is not believed cannot pass, however blank it reads', async () => {
    const report = await rigWith({}).run({ ...recipe({ erase: 'none' }), trust: 'no' });
    expect(report).toMatchObject({ outcome: 'fail', fault: 'FLASH_NOT_BLANK' });
  });

  test('is never a whole F767, which does not survive it', async () => {
    const rig = used('F767-dual-bank');
    const report = await rig.run(recipe({ erase: 'mass' }));
    expect(report).toMatchObject({ outcome: 'error', fault: 'RECIPE_REFUSED', faultDetails: { erase: 'mass' } });
    expect(erasesOf(rig)).toEqual([]);
  });
});

describe('a range that is preserved', () => {
  const KEPT = { address: FLASH + 6 * KIB + 7, bytes: 300 };

  test('survives the erase of its sector, is told before it, and is proven with the image', async () => {
    const rig = used();
    const before = memoryOf(rig).read(KEPT.address, KEPT.bytes);
    const told: unknown[] = [];
    const onPreserved = async (ranges: readonly unknown[]) => {
      expect(erasesOf(rig)).toEqual([]);
      told.push(...ranges);
    };
    const report = await rig.run(recipe({ preserve: [KEPT] }), { onPreserved });
    expect(report).toMatchObject({ outcome: 'pass' });
    expect(rig.holds()).toBe(true);
    expect(memoryOf(rig).read(KEPT.address, KEPT.bytes)).toEqual(before);
    expect(told).toEqual([{ address: KEPT.address, data: before }]);
  });

  test('survives a mass erase', async () => {
    const rig = used();
    const far = { address: FLASH + 600 * KIB, bytes: 5 * KIB };
    const before = memoryOf(rig).read(far.address, far.bytes);
    expect(await rig.run(recipe({ erase: 'mass', preserve: [far] }))).toMatchObject({ outcome: 'pass' });
    expect(memoryOf(rig).read(far.address, far.bytes)).toEqual(before);
  });

  test('that cannot be put into safety is not erased', async () => {
    const rig = used();
    const onPreserved = () => Promise.reject(new Error('disk full'));
    expect((await rig.run(recipe({ preserve: [KEPT] }), { onPreserved })).outcome).toBe('error');
    expect(erasesOf(rig)).toEqual([]);
  });

  test('that did not come back as it was is VERIFY_MISMATCH', async () => {
    const rig = rigWith({
      contents: 'used',
      misbehaviours: [{ kind: 'silent-write-loss', address: KEPT.address, length: 8 }],
    });
    expect(await rig.run(recipe({ preserve: [KEPT] }))).toMatchObject({ fault: 'VERIFY_MISMATCH', readback: null });
  });

  test.each([
    ['under the image', { address: FLASH + KIB, bytes: 4 }, 'overlap'],
    ['outside the flash', { address: 0x2000_0000, bytes: 4 }, 'outside'],
  ])('%s is RECIPE_REFUSED before anything is touched', async (_where, range, reason) => {
    const rig = used();
    const report = await rig.run(recipe({ preserve: [range] }));
    expect(report).toMatchObject({ outcome: 'error', fault: 'RECIPE_REFUSED', faultDetails: { reason } });
    expect(erasesOf(rig)).toEqual([]);
  });
});

describe('a board that was pulled before it got back what was preserved', () => {
  const KEPT = { address: FLASH + 5 * KIB + 512, bytes: 64 };

  async function pulled(part: string): Promise<{ rig: Rig; before: Uint8Array; rescued: Range[] }> {
    const rig = used(part);
    const before = memoryOf(rig).read(KEPT.address, KEPT.bytes);
    const rescued: Range[] = [];
    const onPreserved = async (ranges: readonly Range[]) => void rescued.push(...ranges);
    const pull = ({ phase }: { phase: string }) => phase === 'write' && rig.bench.unplug(SLOT);
    const report = await rig.run(recipe({ preserve: [KEPT] }), { onPreserved, onProgress: pull });
    expect(report).toMatchObject({ fault: 'BOARD_GONE' });
    expect(memoryOf(rig).read(KEPT.address, KEPT.bytes)).not.toEqual(before);
    again(rig);
    return { rig, before, rescued };
  }

  test('gets it from where it was rescued to, if its serial is its own', async () => {
    const { rig, before, rescued } = await pulled('F405');
    const report = await rig.run({ ...recipe({ preserve: [KEPT] }), trust: 'no', rescued });
    expect(report).toMatchObject({ outcome: 'pass', hasOwnSerial: true });
    expect(memoryOf(rig).read(KEPT.address, KEPT.bytes)).toEqual(before);
  });

  test('is PRESERVED_ELSEWHERE if any board has its serial, for nobody knows whose the rescued bytes are', async () => {
    const { rig, rescued } = await pulled('F072');
    const report = await rig.run({ ...recipe({ preserve: [KEPT] }), trust: 'no', rescued });
    expect(report).toMatchObject({ outcome: 'error', fault: 'PRESERVED_ELSEWHERE', hasOwnSerial: false });
  });

  test('gets it back also when nothing has to be erased any more', async () => {
    const { rig, before, rescued } = await pulled('F405');
    await rig.run({ ...recipe({}), trust: 'no', leave: false });
    const report = await rig.run({ ...recipe({ preserve: [KEPT] }), trust: 'yes', rescued });
    expect(report).toMatchObject({ outcome: 'pass' });
    expect(report.phases.find(({ name }) => name === 'erase')?.bytes).toBe(0);
    expect(memoryOf(rig).read(KEPT.address, KEPT.bytes)).toEqual(before);
  });

  test('keeps what was written since', async () => {
    const { rig, rescued } = await pulled('F405');
    const newer = imageOf([{ address: KEPT.address, data: new Uint8Array(KEPT.bytes).fill(0x42) }]);
    expect(await rig.run({ image: newer, leave: false, trust: 'no' })).toMatchObject({ outcome: 'pass' });
    const report = await rig.run({ ...recipe({ preserve: [KEPT] }), trust: 'own-serial', rescued });
    expect(report).toMatchObject({ outcome: 'pass' });
    expect(memoryOf(rig).read(KEPT.address, KEPT.bytes)).toEqual(new Uint8Array(KEPT.bytes).fill(0x42));
  });

  test('is PRESERVED_ELSEWHERE when another cut of it is asked for than was rescued', async () => {
    const { rig, rescued } = await pulled('F405');
    const half = { address: KEPT.address, bytes: KEPT.bytes / 2 };
    const report = await rig.run({ ...recipe({ preserve: [half] }), trust: 'no', rescued });
    expect(report).toMatchObject({ outcome: 'error', fault: 'PRESERVED_ELSEWHERE' });
  });

  test('leaves another board of the same serial what that one holds', async () => {
    const { rescued } = await pulled('F072');
    const other = rigWith({ part: 'F072', contents: 'used', seed: 99 });
    const before = memoryOf(other).read(KEPT.address, KEPT.bytes);
    const report = await other.run({ ...recipe({ preserve: [KEPT] }), trust: 'no', rescued });
    expect(report).toMatchObject({ outcome: 'pass' });
    expect(memoryOf(other).read(KEPT.address, KEPT.bytes)).toEqual(before);
  });
});

describe('a read-protected board', () => {
  test('is left alone without a word in the recipe', async () => {
    const rig = rigWith({ contents: 'used', misbehaviours: [{ kind: 'read-protected' }] });
    expect(await rig.run()).toMatchObject({ outcome: 'fail', fault: 'BOARD_READ_PROTECTED' });
    expect(
      memoryOf(rig)
        .read(FLASH, 16)
        .every((byte) => byte === 0xff),
    ).toBe(false);
  });

  test.each(['F405', 'F303', 'H743', 'G474', 'U5-rdp1'])(
    '(%s) is unprotected, waited for and flashed when the recipe says so',
    async (part) => {
      const misbehaviours = part === 'U5-rdp1' ? [] : [{ kind: 'read-protected' } as const];
      const rig = rigWith({ part, contents: 'used', misbehaviours });
      const report = await rig.run(recipe({ unprotect: true }));
      expect(report).toMatchObject({ outcome: 'pass', fault: null });
      expect(rig.holds()).toBe(true);
      expect(rig.bench.report(SLOT).presence).toBe('application');
    },
  );

  test('is not unprotected when that would take what the recipe preserves', async () => {
    const rig = rigWith({ contents: 'used', misbehaviours: [{ kind: 'read-protected' }] });
    const preserve = [{ address: FLASH + 6 * KIB, bytes: 4 }];
    const report = await rig.run(recipe({ unprotect: true, preserve }));
    expect(report).toMatchObject({ outcome: 'error', fault: 'RECIPE_REFUSED' });
    expect(
      memoryOf(rig)
        .read(FLASH, 16)
        .every((byte) => byte === 0xff),
    ).toBe(false);
  });

  test('is one whose option bytes say so: another that refuses to be read keeps what it holds', async () => {
    const misbehaviours = Array.from({ length: 40 }, (_, n) => ({ kind: 'stall', at: 7 + n }) as const);
    const rig = rigWith({ contents: 'used', misbehaviours: misbehaviours.slice(0, 12) });
    const report = await rig.run(recipe({ unprotect: true }));
    expect(report.outcome).toBe('fail');
    expect(
      memoryOf(rig)
        .read(FLASH, 16)
        .every((byte) => byte === 0xff),
    ).toBe(false);
  });

  test('is told of where it is, and again where it is after the reset', async () => {
    const rig = rigWith({ contents: 'used', misbehaviours: [{ kind: 'read-protected' }] });
    const [before] = await rig.bench.list();
    const met: BusDevice[] = [];
    await rig.run(recipe({ unprotect: true }), { onMet: (device) => void met.push(device) });
    const addresses = met.map(({ address }) => address);
    expect(addresses[0]).toBe(before?.address);
    expect(new Set(addresses).size).toBe(2);
    expect(met).toMatchObject(addresses.map(() => ({ path: SLOT, mode: 'dfu' })));
  });

  test('that was swapped while it was away is BOARD_GONE: the other one is left alone', async () => {
    const rig = rigWith({ contents: 'used', misbehaviours: [{ kind: 'read-protected' }] });
    const swap = async () => {
      await rig.clock.sleep(5_000);
      rig.bench.unplug(SLOT);
      rig.bench.plug(SLOT, { part: 'F405', contents: 'used', seed: 99 });
    };
    let isSwapping = false;
    const onProgress = () => {
      if (!isSwapping) void swap();
      isSwapping = true;
    };
    const met: number[] = [];
    const onMet = ({ address }: BusDevice) => void met.push(address);
    const report = await rig.run(recipe({ unprotect: true }), { onProgress, onMet });
    expect(report).toMatchObject({ outcome: 'fail', fault: 'BOARD_GONE', faultDetails: { reason: 'another board' } });
    expect(rig.bench.report(SLOT).wear).toEqual([]);
    const [other] = await rig.bench.list();
    expect(met).not.toContain(other?.address);
  });

  test('that does not come back is BOARD_GONE', async () => {
    const rig = rigWith({ contents: 'used', misbehaviours: [{ kind: 'read-protected' }] });
    const pull = ({ phase }: { phase: string }) => {
      if (phase === 'identify') void rig.clock.sleep(5_000).then(() => rig.bench.unplug(SLOT));
    };
    const report = await rig.run(recipe({ unprotect: true }), { onProgress: pull });
    expect(report).toMatchObject({ outcome: 'fail', fault: 'BOARD_GONE', faultDetails: { phase: 'identify' } });
  });
});

describe('what is locked', () => {
  const options = (address: number, data: string) => ({ memory: 'option-bytes', address, data }) as const;

  test('is written last, read back after the reset, and told with what was there before', async () => {
    const rig = used();
    const report = await rig.run(recipe({ lock: [options(F405_OPTIONS, 'ec')] }));
    expect(report).toMatchObject({ outcome: 'pass', fault: null });
    expect(report.phases.map(({ name }) => name)).toEqual([
      'identify',
      'plan',
      'erase',
      'write',
      'verify',
      'lock',
      'leave',
      'confirm',
    ]);
    const [locked] = report.locked;
    expect(locked).toMatchObject({ memory: 'option-bytes', address: F405_OPTIONS });
    expect(locked?.before.slice(0, 2)).toBe('ef');
    expect(locked?.after).toBe(`ec${locked?.before.slice(2)}`);
    expect(memoryOf(rig).read(F405_OPTIONS, 1)).toEqual(Uint8Array.of(0xec));
    expect(rig.bench.report(SLOT).presence).toBe('application');
  });

  test('is not written again when it holds that already', async () => {
    const rig = used();
    const writes = () => rig.bench.report(SLOT).wear.filter(({ address }) => address === F405_OPTIONS);
    await rig.run(recipe({ lock: [options(F405_OPTIONS, 'ec')] }));
    again(rig);
    expect(await rig.run(recipe({ lock: [options(F405_OPTIONS, 'ec')] }))).toMatchObject({ outcome: 'pass' });
    expect(writes()).toMatchObject([{ did: 'write', count: 1 }]);
  });

  test('with read protection is proven by a flash that cannot be read any more', async () => {
    const rig = used();
    const report = await rig.run({ ...recipe({ lock: [options(F405_RDP, 'bb')] }), leave: false });
    expect(report).toMatchObject({ outcome: 'pass', locked: [{ after: null }] });
    expect(await rig.run()).toMatchObject({ fault: 'BOARD_READ_PROTECTED' });
  });

  test('for ever (RDP level 2) needs a second word, and then the board is never a bootloader again', async () => {
    const careful = used();
    const lock = [options(F405_RDP, 'cc')];
    const refused = await careful.run(recipe({ lock }));
    expect(refused).toMatchObject({ outcome: 'error', fault: 'RECIPE_REFUSED', faultDetails: { reason: 'permanent' } });
    expect(erasesOf(careful)).toEqual([]);

    const rig = used();
    const report = await rig.run(recipe({ lock, permanent: true }));
    expect(report).toMatchObject({ outcome: 'pass', locked: [{ after: null }] });
    expect(rig.bench.lastBoard(SLOT).presence).not.toBe('dfu');
  });

  test('in one-time programmable memory needs the second word, too, and is read back', async () => {
    const lock = [{ memory: 'otp', address: F405_OTP + 32, data: '0102030405' } as const];
    expect(await used().run(recipe({ lock }))).toMatchObject({ fault: 'RECIPE_REFUSED' });
    const rig = used();
    const report = await rig.run(recipe({ lock, permanent: true }));
    expect(report).toMatchObject({
      outcome: 'pass',
      locked: [{ memory: 'otp', before: 'ffffffffff', after: '0102030405' }],
    });
    expect(memoryOf(rig).read(F405_OTP + 32, 5)).toEqual(Uint8Array.of(1, 2, 3, 4, 5));
  });

  test('in OTP that holds something else already is refused before anything is touched, for OTP keeps every bit', async () => {
    const rig = used();
    const lock = (data: string) => recipe({ lock: [{ memory: 'otp', address: F405_OTP, data }], permanent: true });
    expect(await rig.run(lock('00ff'))).toMatchObject({ outcome: 'pass' });
    again(rig);
    const worn = JSON.stringify(memoryOf(rig).wear());
    expect(await rig.run(lock('12ff'))).toMatchObject({
      outcome: 'fail',
      fault: 'LOCK_FAILED',
      faultDetails: { reason: 'used' },
    });
    expect(JSON.stringify(memoryOf(rig).wear())).toBe(worn);
    expect(memoryOf(rig).read(F405_OTP, 2)).toEqual(Uint8Array.of(0x00, 0xff));
    again(rig);
    expect(await rig.run(lock('0012'))).toMatchObject({ outcome: 'pass' });
  });

  test('with read protection in one region comes after the other regions, whatever order the recipe gives', async () => {
    const rig = used('G474');
    const lock = [options(0x1fff_7800, 'bb'), options(0x1fff_f800, '5a')];
    const report = await rig.run({ ...recipe({ lock }), leave: false });
    expect(report).toMatchObject({ outcome: 'pass' });
    expect(report.locked.map(({ address, after }) => [address, after === null])).toEqual([
      [0x1fff_f800, false],
      [0x1fff_7800, true],
    ]);
  });

  test('is told with what was there also when the board is pulled in the middle of it', async () => {
    const rig = used();
    const pull = ({ phase }: { phase: string }) => {
      if (phase === 'lock') void rig.clock.sleep(3).then(() => rig.bench.unplug(SLOT));
    };
    const report = await rig.run(recipe({ lock: [options(F405_OPTIONS, 'ec')] }), { onProgress: pull });
    expect(report.outcome).toBe('fail');
    expect(report.locked).toMatchObject([{ address: F405_OPTIONS, after: null }]);
  });

  test('with read protection on a U5, which answers reads all the same, is proven by its option bytes', async () => {
    const rig = used('U5-rdp1');
    const unlocked = await rig.run({ ...recipe({ unprotect: true }), leave: false });
    expect(unlocked).toMatchObject({ outcome: 'pass' });
    const report = await rig.run({ ...recipe({ lock: [options(0x4002_2040, 'bb')] }), leave: false });
    expect(report).toMatchObject({ outcome: 'pass', locked: [{ after: null }] });
  });

  test.each([
    ['a memory that the board does not show', 'C5', options(0x4002_2040, 'aa'), 'the board shows no such memory'],
    ['an address outside', 'F405', options(F405_OPTIONS + 15, 'aabb'), 'outside'],
  ])('in %s is RECIPE_REFUSED before anything is touched', async (_what, part, one, reason) => {
    const rig = used(part);
    const report = await rig.run(recipe({ lock: [one], permanent: true }));
    expect(report).toMatchObject({ outcome: 'error', fault: 'RECIPE_REFUSED', faultDetails: { reason } });
    expect(erasesOf(rig)).toEqual([]);
  });

  test('on a part that nobody has described needs the second word, for its protection might be among it', async () => {
    const lock = [options(F405_OPTIONS, 'ec')];
    expect(await used().run(recipe({ lock }), { parts: [] })).toMatchObject({ fault: 'RECIPE_REFUSED' });
  });
});

describe('flash that takes its words once', () => {
  test.each([
    ['G474', 8],
    ['H743', 32],
    ['H7A3', 16],
  ])(
    '(%s) takes an image with holes inside its words, and a preserved range in the last one',
    async (part, wordBytes) => {
      const holes = imageOf([
        { address: FLASH, data: firmwareBytes(wordBytes + 3) },
        { address: FLASH + wordBytes + 5, data: Uint8Array.of(1, 2) },
        { address: FLASH + 40 * wordBytes + 1, data: Uint8Array.of(3) },
      ]);
      const blank = rigWith({ part });
      expect(await blank.run({ image: holes, leave: false })).toMatchObject({ outcome: 'pass' });
      const rig = used(part);
      const kept = { address: FLASH + 40 * wordBytes + 3, bytes: 4 };
      const before = memoryOf(rig).read(kept.address, kept.bytes);
      expect(await rig.run({ ...recipe({ preserve: [kept] }), image: holes, leave: false })).toMatchObject({
        outcome: 'pass',
      });
      expect(memoryOf(rig).read(kept.address, kept.bytes)).toEqual(before);
      expect(rig.bench.report(SLOT).sins).toEqual([]);
    },
  );
});

describe('a board that was swapped before the work on it began', () => {
  test.each([
    ['address', { address: 7 }],
    ['serial', { usbSerial: 'another' }],
  ])('(known by its %s) is SEATING_ENDED and left alone', async (_what, differs) => {
    const rig = used();
    const [device] = await rig.bench.list();
    const seated = { address: device?.address ?? 0, usbSerial: device?.usbSerial ?? null, ...differs };
    const report = await rig.run({ seated });
    expect(report).toMatchObject({ outcome: 'error', fault: 'SEATING_ENDED', transfers: 0 });
    expect(await rig.run()).toMatchObject({ outcome: 'pass' });
  });
});

describe('a board that lies', () => {
  test('about a write-protected sector never passes', async () => {
    const rig = rigWith({
      contents: 'used',
      misbehaviours: [{ kind: 'write-protected', address: FLASH + 32 * KIB, length: 4 }],
    });
    expect(await rig.run()).toMatchObject({ outcome: 'fail', fault: 'VERIFY_MISMATCH' });
  });

  test('about its protection and swallows everything never passes, also when nobody knows the part', async () => {
    for (const parts of [undefined, []]) {
      const rig = used('U5-rdp1');
      const report = await rig.run({}, parts === undefined ? {} : { parts });
      expect(report.outcome, `${report.fault}`).toBe('fail');
    }
  });
});

describe('what another tool left behind', () => {
  test.each(['dfuERROR', 'dfuDNLOAD-IDLE', 'dfuUPLOAD-IDLE', 'dfuDNLOAD-SYNC'] as const)(
    '(%s) is cleared away, and an erase that was waiting is not carried out',
    async (state) => {
      const rig = rigWith({ contents: 'used', misbehaviours: [{ kind: 'found-in', state }] });
      const high = imageOf([{ address: FLASH + 32 * KIB, data: new Uint8Array(64).fill(7) }]);
      expect(await rig.run({ image: high, leave: false })).toMatchObject({ outcome: 'pass' });
      expect(erasesOf(rig).map(({ address }) => address)).toEqual([FLASH + 32 * KIB]);
    },
  );
});
