import type { Part, RangeInfo } from '@flashline/contracts';
import { findPart, parseMemoryMap } from '@flashline/dfuse';
import { PARTS, type PartSpec } from '@flashline/virtual-boards';
import { describe, expect, test } from 'vitest';
import { KNOWN_PARTS } from './rig.ts';

/** Entries that may leave open how their ROM bears to be asked early: nobody has looked. */
const NOBODY_HAS_ASKED = [
  'H7A3',
  'U5',
  'H5 2 MB',
  'H5/U5 64 KB',
  'AT32F415',
  'AT32F403A',
  'AT32F435/F437',
  'GD32VF103 (1000)',
  'GD32VF103 (0100)',
  'APM32',
];

/** What a virtual chip shows of itself on the bus. */
function shownBy({ vendorId, productId, bcdDevice, alternates }: PartSpec) {
  const strings = alternates.map(({ name }) => name);
  return { vendorId, productId, bcdDevice, layout: strings[0] ?? null, alternates: strings };
}

/** The entry of a virtual chip. */
function entryOf(chip: PartSpec): Part {
  const entry = findPart(KNOWN_PARTS, shownBy(chip));
  if (entry === null) throw new Error(`no entry in config/parts.yaml for ${chip.name}`);
  return entry;
}

interface RealSector {
  readonly address: number;
  readonly bytes: number;
  readonly eraseMs: number;
  readonly isReadOnly: boolean;
}

/** Every sector of the flash a virtual chip really has. */
function sectorsOf({ regions }: PartSpec): RealSector[] {
  return regions
    .filter(({ kind }) => kind === 'flash')
    .flatMap(({ address, sectors }) => {
      let next = address;
      return sectors.flatMap(({ count, bytes, eraseMs, isReadOnly = false }) =>
        Array.from({ length: count }, () => {
          const sector = { address: next, bytes, eraseMs, isReadOnly };
          next += bytes;
          return sector;
        }),
      );
    });
}

/** Whether a virtual chip has `bytes` of this kind of memory from `address` on. */
function has({ regions }: PartSpec, kind: 'option-bytes' | 'otp', { address, bytes }: RangeInfo): boolean {
  return regions.some((region) => {
    const end = region.sectors.reduce((sum, run) => sum + run.count * run.bytes, region.address);
    return region.kind === kind && region.address <= address && address + bytes <= end;
  });
}

function expectWithinFactor2(expected: number, real: number, what: string): void {
  expect(expected, what).toBeGreaterThanOrEqual(real / 2);
  expect(expected, what).toBeLessThanOrEqual(real * 2);
}

describe.each(KNOWN_PARTS)('the entry $name', (entry) => {
  test('is the one that each of its own layout strings leads to', () => {
    const { vendorId, productId, bcdDevice = [0x0200, 0x2100, 0x2200], layouts, alternates = [] } = entry.match;
    for (const layout of layouts)
      for (const revision of bcdDevice) {
        const shown = { vendorId, productId, bcdDevice: revision, layout, alternates: [layout, ...alternates] };
        expect(findPart(KNOWN_PARTS, shown)?.name).toBe(entry.name);
      }
  });

  test('has layouts that can be read, and begin where flash does', () => {
    const layouts = [...entry.match.layouts, ...(entry.layout === undefined ? [] : [entry.layout])];
    for (const layout of layouts) expect(parseMemoryMap(layout).sectors[0]?.address).toBe(0x0800_0000);
  });

  test('has its option bytes and its OTP inside what its alternate settings show', () => {
    const { match, optionBytes, otp } = entry;
    for (const { name, sectors } of match.alternates?.map(parseMemoryMap) ?? []) {
      const told = { 'Option Bytes': optionBytes, 'OTP Memory': otp }[name];
      if (told !== undefined) expect(sectors).toContainEqual(expect.objectContaining(placeOf(told)));
    }
  });

  test('has its read protection inside its option bytes, and no two levels the same', () => {
    if (entry.optionBytes === undefined) return;
    const { bytes, rdp } = entry.optionBytes;
    expect(rdp.offset).toBeLessThan(bytes);
    expect(rdp.permanent).not.toBe(rdp.open);
  });
});

test('only entries of which nobody knows better leave open how they bear to be asked early', () => {
  const open = KNOWN_PARTS.filter(({ whileBusy }) => whileBusy === 'unknown');
  expect(open.map(({ name }) => name).toSorted()).toEqual(NOBODY_HAS_ASKED.toSorted());
});

describe.each(PARTS)('the entry of a virtual $name is true', (chip) => {
  test('and there is exactly one', () => {
    expect(
      KNOWN_PARTS.filter((entry) => findPart([entry], shownBy(chip)) !== null).map(({ name }) => name),
    ).toHaveLength(1);
  });

  test('about its erased value, and how it bears to be asked early, where it says so', () => {
    const entry = entryOf(chip);
    expect(entry.erasedByte).toBe(chip.erasedByte);
    if (entry.whileBusy !== 'unknown') expect(entry.whileBusy).toBe(chip.whileBusy);
  });

  test('about its sectors, or says that they have to be looked at', () => {
    const entry = entryOf(chip);
    const map = parseMemoryMap(entry.layout ?? shownBy(chip).layout ?? '');
    const told = map.sectors.filter(({ memory }) => memory === map.name);
    const real = sectorsOf(chip);
    if (entry.checksErase) {
      expect(endOf(told)).toBe(endOf(real));
    } else {
      const facts = told.map(({ address, bytes, writable }) => ({ address, bytes, isReadOnly: !writable }));
      expect(facts).toEqual(real.map(({ address, bytes, isReadOnly }) => ({ address, bytes, isReadOnly })));
    }
  });

  test('about what it programs at once', () => {
    const { wordBytes } = entryOf(chip);
    expect(wordBytes).toBe(chip.overwrite === 'once-per-word' ? chip.wordBytes : 1);
  });

  test('about its serial: what every chip reports is not taken for its own', () => {
    if (chip.usbSerial !== 'per-chip') expect(entryOf(chip).sharesSerial).toBe(true);
  });

  test('about what it must not be asked for, and what it must be helped with', () => {
    const entry = entryOf(chip);
    if (chip.massErase !== 'works') expect(entry.hasMassErase).toBe(false);
    if (chip.wedgesFrom !== null) expect(entry.wedgedErase?.from).toBe(chip.wedgesFrom);
    if (chip.whenProtected === 'pretends') expect(entry).toMatchObject({ hidesProtection: true, optionBytes: {} });
  });

  test('about its option bytes, and never calls harmless what locks it for ever', () => {
    const { optionBytes } = entryOf(chip);
    if (optionBytes === undefined) return;
    expect(has(chip, 'option-bytes', optionBytes)).toBe(true);
    const { address, rdp } = chip.optionBytes;
    expect(optionBytes.address + optionBytes.rdp.offset).toBe(address + rdp.offset);
    expect(optionBytes.rdp.open).toBe(rdp.open);
    if (rdp.permanent !== null) expect(optionBytes.rdp.permanent).toBe(rdp.permanent);
  });

  test('about its one-time programmable memory', () => {
    const { otp } = entryOf(chip);
    const hasAny = chip.regions.some(({ kind }) => kind === 'otp');
    if (otp !== undefined && hasAny) expect(has(chip, 'otp', otp)).toBe(true);
  });

  test('about its times, within a factor of two', () => {
    const { timing } = entryOf(chip);
    for (const { bytes, eraseMs } of sectorsOf(chip).filter(({ isReadOnly }) => !isReadOnly))
      expectWithinFactor2(timing.erasePerSectorMs + (timing.erasePerKibMs * bytes) / 1024, eraseMs, `erase ${bytes}`);
    expectWithinFactor2(timing.writePerKibMs, chip.timing.programMsPerByte * 1024, 'write');
    if (timing.massEraseMs !== null) expectWithinFactor2(timing.massEraseMs, chip.timing.massEraseMs, 'mass erase');
  });
});

function placeOf({ address, bytes }: RangeInfo): RangeInfo {
  return { address, bytes };
}

function endOf(sectors: readonly { readonly address: number; readonly bytes: number }[]): number {
  return Math.max(...sectors.map(({ address, bytes }) => address + bytes));
}
