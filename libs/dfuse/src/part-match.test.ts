import { Part } from '@flashline/contracts';
import { describe, expect, test } from 'vitest';
import { findPart } from './part-match.ts';

const F4 = '@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg';
const F7 = '@Internal Flash  /0x08000000/04*032Kg';
const FLASH = '@Internal Flash   /0x08000000/256*08Kg';
const OPTIONS = '@Option Bytes   /0x5200201C/01*297 e';
const OTP = '@OTP Memory   /0x08FFF000/01*1024 e';
const TIMING = { erasePerSectorMs: 1, erasePerKibMs: 1, writePerKibMs: 1 };
const ST = { vendorId: 0x0483, productId: 0xdf11 };
const GD = { vendorId: 0x28e9, productId: 0x0189 };

const part = (name: string, match: Part['match']) => Part.parse({ name, match, timing: TIMING });
const PARTS = [
  part('F405', { ...ST, layouts: ['@other/0x0/1*1g', F4] }),
  part('GD old', { ...GD, bcdDevice: [0x1000, 0x1001], layouts: [F4] }),
  part('one memory', { ...ST, layouts: [FLASH], alternates: [] }),
  part('all call themselves flash', { ...ST, layouts: [FLASH], alternates: [FLASH, FLASH] }),
  part('with options', { ...ST, layouts: [FLASH, F7], alternates: [OPTIONS, OTP] }),
  part('GD new', { ...GD, bcdDevice: [0x0100], layouts: [F4] }),
];
const nameOf = (device: Partial<Parameters<typeof findPart>[1]>) =>
  findPart(PARTS, { ...ST, bcdDevice: 0x2200, layout: F4, ...device })?.name ?? null;

test('a part is known by vendor, product and any of its layout strings', () => {
  expect(nameOf({})).toBe('F405');
  expect(nameOf({ layout: '@other/0x0/1*1g' })).toBe('F405');
  expect(nameOf({ vendorId: 0x0484 })).toBeNull();
  expect(nameOf({ productId: 0xdf12 })).toBeNull();
  expect(nameOf({ layout: F4.replace('07*128', '03*128') })).toBeNull();
  expect(nameOf({ layout: null })).toBeNull();
});

test('the bcdDevice counts only for parts that name it', () => {
  expect(nameOf({ bcdDevice: 0x0200 })).toBe('F405');
  expect(nameOf({ ...GD, bcdDevice: 0x1001 })).toBe('GD old');
  expect(nameOf({ ...GD, bcdDevice: 0x0100 })).toBe('GD new');
  expect(nameOf({ ...GD, bcdDevice: 0x2200 })).toBeNull();
});

test.each([
  ['one space for two', F4.replace('  ', ' ')],
  ['three spaces for two', F4.replace('  ', '   ')],
  ['spaces at the ends', `  ${F4} `],
  ['what a wrong bLength drags in', `${F4}\u0000\u2603`],
])('what pads a layout string makes no difference: %s', (_what, layout) => {
  expect(nameOf({ layout })).toBe('F405');
});

test('a space where there was none, other letters and other zeros do make a difference', () => {
  expect(nameOf({ layout: F4.replace('  ', '') })).toBeNull();
  expect(nameOf({ layout: F4.toLowerCase() })).toBeNull();
  expect(nameOf({ layout: F4.replace('04*016', '4*16') })).toBeNull();
});

describe('a part whose flash string is not its own is known by all that its alternate settings show', () => {
  test.each([
    ['one memory', [FLASH]],
    ['all call themselves flash', [FLASH, FLASH, FLASH]],
    ['with options', [FLASH, OPTIONS, OTP]],
    ['with options', [OTP, OPTIONS.replace('   ', ' '), FLASH]],
    [null, [FLASH, OPTIONS]],
    [null, [FLASH, OPTIONS, OPTIONS, OTP]],
    [null, [FLASH, OPTIONS.replace('297', '128'), OTP]],
    [null, [FLASH, FLASH]],
  ])('%s: %j', (name, alternates) => {
    expect(nameOf({ layout: FLASH, alternates })).toBe(name);
  });

  test('and is not found where nobody says what they show', () => {
    expect(nameOf({ layout: FLASH })).toBeNull();
  });

  test('with any of its flash strings', () => {
    expect(nameOf({ layout: F7, alternates: [F7, OPTIONS, OTP] })).toBe('with options');
    expect(nameOf({ layout: F7, alternates: [F7, FLASH, OPTIONS, OTP] })).toBeNull();
  });

  test('and every other part whatever they show', () => {
    expect(nameOf({ alternates: [F4, OPTIONS, OTP, FLASH] })).toBe('F405');
  });
});
