import { PLAIN_RECIPE } from '@flashline/contracts';
import { programmed } from '@flashline/firmware';
import { describe, expect, test } from 'vitest';
import { FLASH, firmwareBytes, imageOf, type Rig, rigWith, SLOT, SMALL } from './rig.ts';

const erasesOf = (rig: Rig) => rig.bench.report(SLOT).wear.filter(({ did }) => did === 'erase');

describe('a board that an attempt on its serial may have left half erased, long ago,', () => {
  test.each([
    ['was this very board, whose serial is its own: it is not believed', 'F405', true],
    ['was most likely another board, for all have this serial: this one is believed', 'F072', false],
  ])('%s', async (_what, part, isErased) => {
    const rig = rigWith({ part });
    expect(await rig.run({ trust: 'shared-serial' })).toMatchObject({ outcome: 'pass' });
    expect(erasesOf(rig).length > 0).toBe(isErased);
  });

  test('is not believed when nobody knows its part', async () => {
    const rig = rigWith({ part: 'F072' });
    expect(await rig.run({ trust: 'shared-serial' }, { parts: [] })).toMatchObject({ outcome: 'pass' });
    expect(erasesOf(rig).length).toBeGreaterThan(0);
  });
});

describe('what was rescued from a board', () => {
  const range = { address: FLASH + 64 * 1024, bytes: 64 };
  const own = { address: range.address, data: firmwareBytes(64) };
  const recipe = { ...PLAIN_RECIPE, preserve: [range] };

  /** A board that holds the image, and this much of what it lost. */
  async function boardWith(bytes: number): Promise<Rig> {
    const rig = rigWith({});
    const left = bytes === 0 ? [] : [{ address: own.address, data: own.data.subarray(0, bytes) }];
    const image = imageOf([...programmed(SMALL), ...left]);
    expect(await rig.run({ image, leave: false })).toMatchObject({ outcome: 'pass' });
    return rig;
  }

  test('is given back to a sector that need not be erased', async () => {
    const rig = await boardWith(0);
    expect(await rig.run({ recipe, rescued: [own] })).toMatchObject({ outcome: 'pass' });
    expect(rig.holds(imageOf([own]))).toBe(true);
    expect(erasesOf(rig)).toEqual([]);
  });

  test('is not written over the half of it that is there already: flash takes no second write', async () => {
    const rig = await boardWith(32);
    const report = await rig.run({ recipe, rescued: [own] });
    expect(report).toMatchObject({ fault: 'PRESERVED_ELSEWHERE', faultDetails: { phase: 'plan' } });
    expect(rig.bench.report(SLOT).sins).toEqual([]);
  });
});
