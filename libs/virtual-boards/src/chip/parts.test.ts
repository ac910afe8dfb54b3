import { hex32 } from '@flashline/contracts';
import { parseMemoryMap } from '@flashline/dfuse';
import { describe, expect, test } from 'vitest';
import { sectorsOf } from '../flash/sectors.ts';
import type { PartSpec } from './part.ts';
import { GD32VF103_1000 } from './parts/clones.ts';
import { F303 } from './parts/f0-f1-f3.ts';
import { F405, F405_LYING, F767_DUAL_BANK } from './parts/f4-f7.ts';
import { G474 } from './parts/second-generation.ts';
import { PARTS } from './parts.ts';
import { atSpeed, slowed } from './speed.ts';

/** Parts whose layout string describes other flash than they have. That is the point of them. */
const LIARS = ['F767-dual-bank', 'GD32VF103-1000'];
/** The ROM says that these option bytes can be erased; ours cannot. */
const ERASABLE_OPTIONS = ['AT32F437', 'GD32VF103-1000'];

interface Rights {
  readonly erasable: boolean;
  readonly writable: boolean;
}

/** Every sector as `address size rights`, as the layout strings promise them. */
function promised({ name, alternates }: PartSpec): string[] {
  const sectors = alternates.flatMap((one) => parseMemoryMap(one.name).sectors);
  const lines = sectors.map(({ memory, ...sector }) => {
    const isUnerasable = ERASABLE_OPTIONS.includes(name) && memory.startsWith('Option');
    return line(sector, isUnerasable ? { erasable: false, writable: true } : sector);
  });
  return [...new Set(lines)].sort();
}

/** The same as the silicon has them, without what the ROM shows to nobody. */
function real({ regions }: PartSpec): string[] {
  const shown = sectorsOf(regions).filter(({ alternates }) => alternates.length > 0);
  return shown.map((sector) => line(sector, sector)).sort();
}

function line({ address, bytes }: { address: number; bytes: number }, rights: Rights): string {
  return `${hex32(address)} ${bytes} ${rights.erasable ? 'e' : '-'}${rights.writable ? 'w' : '-'}`;
}

describe.each(PARTS)('$name', (part) => {
  if (!LIARS.includes(part.name))
    test('has exactly the sectors that its layout strings promise', () => {
      expect(real(part)).toEqual(promised(part));
    });

  test('lists its regions in address order, flash first', () => {
    const addresses = part.regions.map(({ address }) => address);
    expect(addresses).toEqual(addresses.toSorted((a, b) => a - b));
    expect(part.regions[0]).toMatchObject({ kind: 'flash', address: 0x0800_0000 });
  });

  test('reaches every memory through an alternate setting that it has, and that names its address', () => {
    for (const { address, alternates } of part.regions)
      for (const alternate of alternates) {
        const { sectors } = parseMemoryMap(part.alternates[alternate]?.name ?? '');
        expect(sectors.map((sector) => sector.address)).toContain(address);
      }
  });

  test('has option bytes that hold what the factory puts there, unprotected unless its name says otherwise', () => {
    const { address, factory, rdp } = part.optionBytes;
    const region = part.regions.find((one) => one.kind === 'option-bytes' && one.address === address);
    expect(region?.sectors[0]?.bytes).toBeGreaterThanOrEqual(factory.length);
    expect(factory[rdp.offset] === rdp.open).toBe(part.name !== 'U5-rdp1');
  });
});

describe('layouts that lie', () => {
  const flashOf = (part: PartSpec) => parseMemoryMap(part.alternates[0]?.name ?? '').sectors;
  const trueFlash = (part: PartSpec) => sectorsOf(part.regions).filter(({ kind }) => kind === 'flash');
  const total = (sectors: readonly { readonly bytes: number }[]) => sectors.reduce((sum, { bytes }) => sum + bytes, 0);

  test('the F767 with two banks has all the flash it promises, in smaller sectors', () => {
    expect(total(trueFlash(F767_DUAL_BANK))).toBe(total(flashOf(F767_DUAL_BANK)));
    expect(trueFlash(F767_DUAL_BANK)).toHaveLength(24);
    expect(flashOf(F767_DUAL_BANK)).toHaveLength(12);
  });

  test('the GD32VF103 of revision 1000 has an eighth of what it promises, in pages of half the size', () => {
    expect(total(flashOf(GD32VF103_1000))).toBe(8 * total(trueFlash(GD32VF103_1000)));
    expect(trueFlash(GD32VF103_1000)[0]?.bytes).toBe(1024);
    expect(flashOf(GD32VF103_1000)[0]?.bytes).toBe(2048);
  });
});

test('every part has its own name', () => {
  expect(new Set(PARTS.map(({ name }) => name)).size).toBe(PARTS.length);
});

test('speed scales what a board takes and reports, slowness only what it takes', () => {
  const fast = atSpeed(F405_LYING, 0.25);
  expect(fast.timing.massEraseMs).toBe(4000);
  expect(fast.regions[0]?.sectors[0]?.eraseMs).toBe(62.5);
  expect(fast.polls).toMatchObject({ writeMs: 26, eraseMs: 'honest' });
  const slow = slowed(F405_LYING, 10);
  expect(slow.timing.massEraseMs).toBe(160_000);
  expect(slow.polls).toEqual(F405_LYING.polls);
});

/** Milliseconds of erase, programming and wire for 256 KB with proof: three transfers per operation, one per block read. */
function floorMs({ timing, regions, functional }: PartSpec): number {
  const bytes = 256 * 1024;
  const under = sectorsOf(regions).filter(({ address }) => address < 0x0800_0000 + bytes);
  const transfers = 3 * under.length + 3 + 4 * (bytes / functional.transferSize) + 1;
  const eraseMs = under.reduce((sum, sector) => sum + sector.eraseMs, 0);
  return (
    eraseMs + bytes * timing.programMsPerByte + transfers * timing.wireMsPerTransfer + 2 * bytes * timing.wireMsPerByte
  );
}

test.each([
  { part: F405, ms: 4120 },
  { part: F303, ms: 11_200 },
  { part: G474, ms: 5960 },
])('256 KB cost a $part.name $ms ms, as the comment on it says', ({ part, ms }) => {
  expect(floorMs(part) / ms).toBeCloseTo(1, 2);
});
