import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PaceBook } from '@flashline/dfuse';
import { readImage } from '@flashline/firmware';
import { describe, expect, test } from 'vitest';
import { FLASH, firmwareBytes, imageOf, KEPT, rigWith, SLOT } from './rig.ts';

const KIB = 1024;

describe('a clean flash of an F405', () => {
  test('breaks none of the rules of its ROM', async () => {
    const rig = rigWith({ contents: 'used' });
    await rig.run();
    expect(rig.bench.report(SLOT).sins).toEqual([]);
  });

  test('of a part that stalls early questions never asks early', async () => {
    const rig = rigWith({ part: 'F303', contents: 'used' });
    await rig.run();
    expect(rig.bench.report(SLOT).sins).toEqual([]);
  });

  test('of such a part that nobody has described asks early once, and never again on a board of its kind', async () => {
    const paces = new PaceBook();
    const sinsOf = async () => {
      const rig = rigWith({ part: 'F303', contents: 'used' });
      expect(await rig.run({}, { parts: [], paces })).toMatchObject({ outcome: 'pass' });
      return rig.bench.report(SLOT).sins.map(({ sin }) => sin);
    };
    expect(await sinsOf()).toEqual(['asked-too-early']);
    expect(await sinsOf()).toEqual([]);
  });

  test('takes three transfers per operation and one per block read back', async () => {
    const rig = rigWith({ contents: 'used' });
    const { transfers } = await rig.run({ image: imageOf([{ address: FLASH, data: firmwareBytes(256 * KIB) }]) });
    const sectors = 6;
    const blocks = 128;
    const identify = 2 + 3 + 1 + 1;
    const verify = 3 + 1 + blocks;
    const leave = 1 + 3 + 2;
    // One look at each sector shows that it must be erased; the 1 before the erase is the ABORT that ends these looks.
    expect(transfers).toBe(identify + sectors + 1 + 3 * sectors + 3 + 3 * blocks + verify + leave);
    expect(transfers).toBeLessThanOrEqual(560);
  });

  test.each(['F405', 'F405-lying-polls'])('(%s) takes little longer than wire and silicon', async (part) => {
    const rig = rigWith({ part, contents: 'used' });
    const { phases } = await rig.run({ image: imageOf([{ address: FLASH, data: firmwareBytes(256 * KIB) }]) });
    const work = phases.filter(({ name }) => name !== 'confirm');
    expect(work.reduce((sum, { ms }) => sum + ms, 0)).toBeLessThan(1.1 * 4_120);
  });

  test('records its phases in order with the bytes they moved', async () => {
    const { phases } = await rigWith({ contents: 'used' }).run();
    expect(phases.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['identify', 0],
      ['plan', 4 * KIB],
      ['erase', 32 * KIB],
      ['write', 8 * KIB],
      ['verify', 8 * KIB],
      ['leave', 0],
      ['confirm', 0],
    ]);
  });

  test('tells its progress phase by phase, never back and never to the end', async () => {
    const rig = rigWith({});
    await rig.run();
    const fractions = rig.progress.map(({ fraction }) => fraction);
    expect([...new Set(rig.progress.map(({ phase }) => phase))]).toEqual([
      'identify',
      'plan',
      'erase',
      'write',
      'verify',
      'leave',
      'confirm',
    ]);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(Math.max(...fractions)).toBeLessThanOrEqual(0.99);
  });

  test('leaves the board in dfuIDLE when it is to stay in its bootloader', async () => {
    const rig = rigWith({});
    expect(await rig.run({ leave: false })).toMatchObject({ outcome: 'pass' });
    expect(rig.bench.report(SLOT)).toMatchObject({ presence: 'dfu', state: 'dfuIDLE', sins: [] });
  });

  test('never asks for a single byte, which a ROM may refuse, also where one is all that is left', async () => {
    const rig = rigWith({ contents: 'used' });
    const end = FLASH + 1024 * KIB;
    const image = imageOf([
      { address: FLASH, data: firmwareBytes(2 * KIB + 1) },
      { address: end - 1, data: Uint8Array.of(0x42) },
    ]);
    const port = await rig.bench.open(SLOT);
    const lengths: number[] = [];
    const upload = port.controlIn.bind(port);
    port.controlIn = (request, value, length, timeoutMs) => {
      if (request === 2) lengths.push(length);
      return upload(request, value, length, timeoutMs);
    };
    rig.bench.open = async () => port;
    expect(await rig.run({ image, leave: false })).toMatchObject({ outcome: 'pass' });
    expect(Math.min(...lengths)).toBe(2);
  });

  test('closes the port, so that the next attempt finds it free', async () => {
    const rig = rigWith({});
    await rig.run({ leave: false });
    expect(await rig.run()).toMatchObject({ outcome: 'pass' });
  });

  test('finds a board in dfuERROR and one in the middle of a read and brings them back', async () => {
    const rig = rigWith({});
    const port = await rig.bench.open(SLOT);
    await port.controlIn(2, 1, 64, 1_000).catch(() => undefined);
    await port.close();
    expect(rig.bench.report(SLOT).state).toBe('dfuERROR');
    expect(await rig.run({ leave: false })).toMatchObject({ outcome: 'pass' });

    const again = await rig.bench.open(SLOT);
    await again.controlIn(2, 2, 64, 1_000);
    await again.close();
    expect(rig.bench.report(SLOT).state).toBe('dfuUPLOAD-IDLE');
    expect(await rig.run()).toMatchObject({ outcome: 'pass' });
  });

  test('is one of sixteen at a time, in the time of one', async () => {
    const one = rigWith({});
    await one.run();
    const many = rigWith({});
    for (let i = 2; i <= 16; i++) many.bench.plug(`1-${i}`, { seed: i });
    const reports = await Promise.all(Array.from({ length: 16 }, (_, i) => many.run({}, {}, `1-${i + 1}`)));
    expect(new Set(reports.map(({ outcome }) => outcome))).toEqual(new Set(['pass']));
    expect(many.clock.now()).toBeLessThan(one.clock.now() * 1.05);
  });
});

const FIRMWARE = join(import.meta.dirname, '../../../shared/firmware');

/** Real files are not part of the repository. Where everything must run (CI is set), not having them is an error. */
function hasFirmware(): boolean {
  if (existsSync(FIRMWARE)) return true;
  if (process.env.CI) throw new Error(`${FIRMWARE} is missing, and CI runs every test`);
  process.stderr.write('\nSKIPPED: real firmware, because ../shared/firmware is missing.\n');
  return false;
}

describe.runIf(hasFirmware())('real firmware', () => {
  test.each(['betaflight-3.5.2-stm32f405.hex', 'micropython-stm32f407.dfu'])('%s passes', async (name) => {
    const image = readImage(readFileSync(join(FIRMWARE, name)), { name });
    const rig = rigWith({ contents: 'used' });
    const settings = rig.bench.inspect(SLOT, KEPT).sha256;
    const report = await rig.run({ image });
    expect(report).toMatchObject({ outcome: 'pass', readback: report.intended });
    expect(rig.holds(image)).toBe(true);
    expect(rig.bench.inspect(SLOT, KEPT).sha256).toBe(settings);
    expect(rig.bench.report(SLOT)).toMatchObject({ presence: 'application', sins: [] });
  });
});
