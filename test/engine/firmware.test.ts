import { ApplicationCheck, PLAIN_RECIPE } from '@flashline/contracts';
import { describe, expect, test } from 'vitest';
import { imageOf, rigWith, SLOT } from './rig.ts';

function looking(check: Partial<ApplicationCheck>) {
  return { recipe: { ...PLAIN_RECIPE, application: ApplicationCheck.parse(check) } };
}

/** Without a vector table: the ROM has nothing to start, and comes back. */
const NO_FIRMWARE = imageOf([{ address: 0x0800_0000, data: new Uint8Array(16 * 1024) }]);

describe('a recipe that looks for firmware', () => {
  test('passes with what came up, and records it', async () => {
    const report = await rigWith({}).run(looking({ vendorId: 0x0483, productId: 0x5740, serial: 'present' }));
    expect(report).toMatchObject({
      outcome: 'pass',
      application: { vendorId: 0x0483, productId: 0x5740, usbSerial: expect.stringMatching(/./), version: null },
    });
    expect(report.phases.at(-1)?.name).toBe('confirm');
  });

  test('does not pass without it, though every byte is proven', async () => {
    const report = await rigWith({}).run({ image: NO_FIRMWARE, ...looking({ deadlineMs: 5_000 }) });
    expect(report).toMatchObject({ outcome: 'fail', readback: { bytes: 16 * 1024 }, application: null });
    expect(report.fault).toBe('LEAVE_REFUSED');
  });

  test('blames the order when something else runs', async () => {
    const report = await rigWith({}).run(looking({ productId: 0x1234, deadlineMs: 3_000 }));
    expect(report).toMatchObject({
      outcome: 'error',
      fault: 'APPLICATION_WRONG',
      faultDetails: { field: 'id', expected: '0483:1234', found: '0483:5740' },
    });
    expect(report.readback).not.toBeNull();
  });

  test('asks it for its version', async () => {
    const asked: unknown[] = [];
    const firmware = {
      ask: () => Promise.resolve(),
      versionLines: async (path: string, check: unknown) => {
        asked.push([path, check]);
        return ['# version', 'Widget 2.1'];
      },
    };
    const version = { hail: '#', command: 'version', contains: 'Widget 2' } as const;
    expect(await rigWith({}).run(looking({ version }), { firmware })).toMatchObject({
      outcome: 'pass',
      application: { version: 'Widget 2.1' },
    });
    expect(asked).toEqual([[SLOT, version]]);
  });

  test('that wants the serial of a unit is refused before the board is touched when there is no unit', async () => {
    const rig = rigWith({ contents: 'used' });
    const report = await rig.run(looking({ serial: 'unit' }));
    expect(report).toMatchObject({ outcome: 'error', fault: 'RECIPE_REFUSED' });
    expect(rig.bench.report(SLOT).wear).toEqual([]);
  });
});

test('a board that was asked out of its firmware has to come back to one, whatever the recipe says', async () => {
  const ranAs = { address: 1, usbSerial: 'X' };
  expect(await rigWith({}).run({ ranAs })).toMatchObject({ outcome: 'pass', application: { productId: 0x5740 } });
  const silent = await rigWith({}).run({ ranAs, image: NO_FIRMWARE });
  expect(silent.outcome).toBe('fail');
  expect((await rigWith({}).run({})).application).toBeNull();
});
