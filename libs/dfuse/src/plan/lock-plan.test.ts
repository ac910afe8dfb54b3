import { PLAIN_RECIPE, type Recipe } from '@flashline/contracts';
import { describe, expect, test } from 'vitest';
import { madePart } from '../testing/made-part.ts';
import { planLock } from './lock-plan.ts';

/** Option bytes in two banks, RDP the second byte of the first; the OTP is large. */
const ALTERNATES = [
  { alternate: 0, name: '@Internal Flash/0x08000000/4*16Kg' },
  { alternate: 1, name: '@Option Bytes  /0x1FFFC000/01*016 e/0x1FFEC000/01*016 e' },
  { alternate: 2, name: '@OTP Memory /0x1FFF7800/01*512 e,01*016 e' },
];
const RDP = 0x1fffc001;
const PART = madePart({
  optionBytes: { address: 0x1fffc000, bytes: 16, rdp: { offset: 1, open: 0xaa, permanent: 0xcc } },
});

const options = (address: number, data: string) => ({ memory: 'option-bytes', address, data }) as const;
const otp = (address: number, data: string) => ({ memory: 'otp', address, data }) as const;

function plan(lock: Recipe['lock'], { permanent = false, part = PART as typeof PART | null } = {}) {
  return planLock({ ...PLAIN_RECIPE, lock, permanent }, { alternates: ALTERNATES, blockBytes: 2048 }, part);
}

const refused = (details: object) =>
  expect.objectContaining({ code: 'RECIPE_REFUSED', details: expect.objectContaining(details) as unknown }) as Error;

test('a recipe that locks nothing plans nothing', () => {
  expect(plan([])).toEqual([]);
});

describe('option bytes', () => {
  test('are written as the region that they are in, all changes of it at once', () => {
    expect(plan([options(0x1fffc002, 'ff'), options(0x1fffc008, 'eedd')])).toEqual([
      {
        memory: 'option-bytes',
        alternate: 1,
        region: { address: 0x1fffc000, bytes: 16 },
        changes: [
          { address: 0x1fffc002, data: Uint8Array.of(0xff) },
          { address: 0x1fffc008, data: Uint8Array.of(0xee, 0xdd) },
        ],
        protection: 'open',
      },
    ]);
  });

  test('in two regions are two writes', () => {
    const writes = plan([options(0x1fffc002, 'ff'), options(0x1ffec002, 'ff')]);
    expect(writes.map(({ region }) => region.address)).toEqual([0x1fffc000, 0x1ffec000]);
  });

  test.each([
    ['without the RDP byte', options(0x1fffc002, 'cc'), 'open'],
    ['with RDP as it is', options(RDP, 'aa'), 'open'],
    ['with any other RDP', options(RDP, 'bb'), 'level 1'],
    ['with RDP in the middle', options(RDP - 1, 'aa00aa'), 'level 1'],
    ['with RDP as their last byte', options(RDP - 1, 'aa55'), 'level 1'],
    ['that end before RDP', options(RDP - 1, '55'), 'open'],
    ['that begin behind RDP', options(RDP + 1, '55'), 'open'],
  ])('%s leave the board as %s', (_what, one, protection) => {
    expect(plan([one])).toMatchObject([{ protection }]);
  });

  test.each(['bb', 'cc'])('with the read protection (%s) go last, for nobody looks behind it', (level) => {
    const writes = plan([options(RDP, level), options(0x1ffec002, 'ff')], { permanent: true });
    expect(writes.map(({ region, protection }) => [region.address, protection])).toEqual([
      [0x1ffec000, 'open'],
      [0x1fffc000, level === 'cc' ? 'permanent' : 'level 1'],
    ]);
  });

  test('that lock for ever need the second word', () => {
    expect(() => plan([options(RDP, 'cc')])).toThrow(refused({ reason: 'permanent' }));
    expect(plan([options(RDP, 'cc')], { permanent: true })).toMatchObject([{ protection: 'permanent' }]);
  });

  test('that lock for ever are known by what is written last to that place', () => {
    expect(plan([options(RDP, 'cc'), options(RDP, 'aa')])).toMatchObject([{ protection: 'open' }]);
    expect(() => plan([options(RDP, 'aa'), options(RDP, 'cc')])).toThrow(refused({ reason: 'permanent' }));
  });

  test('never lock a part for ever that has nothing for it', () => {
    const rdp = { offset: 1, open: 0xaa, permanent: null };
    const part = madePart({ optionBytes: { address: 0x1fffc000, bytes: 16, rdp } });
    expect(plan([options(RDP, 'cc')], { part })).toMatchObject([{ protection: 'level 1' }]);
  });

  test.each([
    ['a part that nobody knows', null],
    ['a part of which nobody knows where its protection is', madePart()],
  ])('of %s need the second word', (_what, part) => {
    expect(() => plan([options(0x1fffc002, 'ff')], { part })).toThrow(refused({ reason: 'permanent' }));
    expect(plan([options(0x1fffc002, 'ff')], { part, permanent: true })).toMatchObject([{ protection: 'open' }]);
  });
});

describe('one-time programmable memory', () => {
  test('needs the second word, whatever is known of the part', () => {
    expect(() => plan([otp(0x1fff7800, '01')])).toThrow(refused({ reason: 'permanent', otp: 1 }));
  });

  test('is written before option bytes, and only the bytes themselves', () => {
    const writes = plan([options(0x1fffc002, 'ff'), otp(0x1fff7810, '0102')], { permanent: true });
    expect(writes.map(({ memory, alternate, region }) => [memory, alternate, region])).toEqual([
      ['otp', 2, { address: 0x1fff7810, bytes: 2 }],
      ['option-bytes', 1, { address: 0x1fffc000, bytes: 16 }],
    ]);
  });
});

describe('a place that the board does not have', () => {
  test.each([
    ['below', options(0x1fffbfff, 'ff')],
    ['past the end', options(0x1fffc00f, 'ffff')],
    ['from one region into the next', otp(0x1fff79ff, 'ffff')],
    ['in the flash', options(0x08000000, 'ff')],
  ])('(%s) is refused', (_where, one) => {
    expect(() => plan([one], { permanent: true })).toThrow(refused({ reason: 'outside', memory: one.memory }));
  });

  test('is any place of a memory for which it shows no alternate setting', () => {
    const recipe = { ...PLAIN_RECIPE, lock: [options(RDP, 'bb')] };
    expect(() => planLock(recipe, { alternates: ALTERNATES.slice(0, 1), blockBytes: 2048 }, PART)).toThrow(
      refused({ reason: 'the board shows no such memory' }),
    );
  });

  test('is one in a region too large to be read and written as a whole', () => {
    const recipe = { ...PLAIN_RECIPE, lock: [options(0x1000, 'bb')] };
    const huge = [{ alternate: 1, name: '@Option Bytes/0x1000/1*8Ke' }];
    expect(() => planLock(recipe, { alternates: huge, blockBytes: 2048 }, PART)).toThrow(
      refused({ reason: 'region too large' }),
    );
  });
});
