import { ST_BOOTLOADER } from '@flashline/contracts';
import { type BoardJob, type BoardJobReport, runBoardJob } from '@flashline/dfuse';
import type { BoardSpec } from '@flashline/virtual-boards';
import { describe, expect, test } from 'vitest';
import { FLASH, KNOWN_PARTS, type Rig, rigWith, SLOT, SMALL } from './rig.ts';

const KIB = 1024;
const F405_OPTIONS = 0x1fff_c000;
const F405_OTP = 0x1fff_7800;

interface Done {
  readonly rig: Rig;
  readonly report: BoardJobReport;
}

async function doJob(job: BoardJob, spec: BoardSpec = { contents: 'used' }, parts = KNOWN_PARTS): Promise<Done> {
  const rig = rigWith(spec);
  const context = { clock: rig.clock, signal: new AbortController().signal, onProgress: () => undefined, parts };
  return { rig, report: await runBoardJob(rig.bench, SLOT, { job, board: ST_BOOTLOADER }, context) };
}

const memoryOf = ({ rig }: Done) => rig.bench.board(SLOT).memory;
const wearOf = ({ rig }: Done) => rig.bench.report(SLOT).wear;
const read = (address: number, bytes: number, memory: 'flash' | 'option-bytes' | 'otp' = 'flash') =>
  ({ kind: 'read', memory, ranges: [{ address, bytes }] }) as const;
const erase = (...ranges: { address: number; bytes: number }[]) => ({ kind: 'erase', ranges }) as const;

test.each<BoardJob>([
  { kind: 'inspect' },
  read(FLASH, 5 * KIB),
  { kind: 'verify', image: SMALL },
  erase({ address: FLASH, bytes: 1 }),
])(
  'a board is in its bootloader after the job "$kind", idle, with its port free and nothing to complain of',
  async (job) => {
    const { rig } = await doJob(job);
    expect(rig.bench.report(SLOT)).toMatchObject({ presence: 'dfu', state: 'dfuIDLE', sins: [] });
    expect(await rig.run()).toMatchObject({ outcome: 'pass' });
  },
);

test('a board that another order is for is left alone', async () => {
  const rig = rigWith({ contents: 'used' });
  const context = { clock: rig.clock, signal: new AbortController().signal, onProgress: () => undefined };
  const request = { job: erase({ address: FLASH, bytes: 1 }), board: { ...ST_BOOTLOADER, productId: 1 } };
  expect(await runBoardJob(rig.bench, SLOT, request, context)).toMatchObject({ fault: 'WRONG_BOARD', erased: null });
  expect(rig.bench.report(SLOT).wear).toEqual([]);
});

describe('what a board tells about itself', () => {
  test('is its part, its layouts, its functional descriptor and its settings', async () => {
    const done = await doJob({ kind: 'inspect' });
    expect(done.report).toMatchObject({
      fault: null,
      facts: {
        part: 'F405/F407',
        functional: { transferSize: 2048, bcdDfu: 0x011a },
        layout: '@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg',
        isReadProtected: false,
      },
    });
    const { optionBytes, otp, alternates } = done.report.facts ?? expect.fail();
    expect(alternates.map(({ alternate }) => alternate)).toEqual([0, 1, 2, 3]);
    expect(optionBytes).toEqual([{ address: F405_OPTIONS, data: memoryOf(done).read(F405_OPTIONS, 16) }]);
    expect(otp?.[0]).toEqual({ address: F405_OTP, data: memoryOf(done).read(F405_OTP, 512) });
    expect(wearOf(done)).toEqual([]);
  });

  test('is less under read protection, and no fault', async () => {
    const { report } = await doJob({ kind: 'inspect' }, { misbehaviours: [{ kind: 'read-protected' }] });
    expect(report).toMatchObject({ fault: null, facts: { isReadProtected: true, part: 'F405/F407' } });
  });

  test('is null where it has no such memory', async () => {
    const { report } = await doJob({ kind: 'inspect' }, { part: 'C5' });
    expect(report).toMatchObject({ fault: null, facts: { optionBytes: null } });
  });

  test('is cut off by a pull, which is a fault', async () => {
    const { report } = await doJob({ kind: 'inspect' }, { misbehaviours: [{ kind: 'unplug', at: 12 }] });
    expect(report).toMatchObject({ fault: 'BOARD_GONE', facts: null });
  });
});

describe('reading', () => {
  test('gives the bytes that were asked for, from any address on, and no others', async () => {
    const done = await doJob(read(FLASH + 7, 5 * KIB));
    expect(done.report.held).toEqual([{ address: FLASH + 7, data: memoryOf(done).read(FLASH + 7, 5 * KIB) }]);
  });

  test('of everything gives the whole flash in one piece', async () => {
    const done = await doJob({ kind: 'read', memory: 'flash', ranges: null }, { part: 'F072', contents: 'used' });
    const [whole] = done.report.held ?? [];
    expect(done.report.held).toHaveLength(1);
    expect(whole).toEqual({ address: FLASH, data: memoryOf(done).read(FLASH, 128 * KIB) });
  });

  test.each([
    ['option-bytes', F405_OPTIONS + 1, 3],
    ['otp', F405_OTP, 512],
  ] as const)('of %s turns to that memory', async (memory, address, bytes) => {
    const done = await doJob(read(address, bytes, memory));
    expect(done.report).toMatchObject({ fault: null });
    expect(done.report.held).toEqual([{ address, data: memoryOf(done).read(address, bytes) }]);
  });

  test.each([
    ['before the flash', FLASH - 1, 2],
    ['past its end', FLASH + 1024 * KIB - 1, 2],
    ['of another memory', F405_OPTIONS, 1],
  ])('%s is READ_REFUSED', async (_where, address, bytes) => {
    const { report } = await doJob(read(address, bytes));
    expect(report).toMatchObject({ fault: 'READ_REFUSED', faultDetails: { reason: 'outside' }, held: null });
  });

  test('a memory that the board does not show is READ_REFUSED', async () => {
    const { report } = await doJob(read(F405_OPTIONS, 1, 'option-bytes'), { part: 'C5' });
    expect(report).toMatchObject({ fault: 'READ_REFUSED', held: null });
  });

  test('a protected board is BOARD_READ_PROTECTED', async () => {
    const { report } = await doJob(read(FLASH, 1), { misbehaviours: [{ kind: 'read-protected' }] });
    expect(report).toMatchObject({ fault: 'BOARD_READ_PROTECTED', held: null });
  });
});

describe('comparing', () => {
  test('a board that holds the image gives the digest of what it sent', async () => {
    const { rig } = await doJob({ kind: 'inspect' });
    await rig.run({ leave: false });
    const context = { clock: rig.clock, signal: new AbortController().signal, onProgress: () => undefined };
    const request = { job: { kind: 'verify', image: SMALL }, board: null } as const;
    const report = await runBoardJob(rig.bench, SLOT, request, context);
    expect(report).toMatchObject({ fault: null, readback: { bytes: 8 * KIB } });
  });

  test('one that does not is VERIFY_MISMATCH', async () => {
    const { report } = await doJob({ kind: 'verify', image: SMALL });
    expect(report).toMatchObject({ fault: 'VERIFY_MISMATCH', readback: null });
  });
});

describe('erasing', () => {
  const erasesOf = (done: Done) => wearOf(done).filter(({ did }) => did === 'erase');

  test('takes every sector that a range touches, and no other', async () => {
    const done = await doJob(erase({ address: FLASH + 16 * KIB - 1, bytes: 2 }));
    const sectors = [FLASH, FLASH + 16 * KIB].map((address) => ({ address, bytes: 16 * KIB }));
    expect(done.report).toMatchObject({ fault: null, erased: sectors });
    expect(erasesOf(done).map(({ address }) => address)).toEqual([FLASH, FLASH + 16 * KIB]);
    expect(memoryOf(done).read(FLASH, 32 * KIB)).toEqual(new Uint8Array(32 * KIB).fill(0xff));
  });

  test('takes a sector once that two ranges touch', async () => {
    const done = await doJob(erase({ address: FLASH, bytes: 1 }, { address: FLASH + 9, bytes: 1 }));
    expect(erasesOf(done)).toMatchObject([{ address: FLASH, count: 1 }]);
  });

  test.each([
    ['F072', 0xff],
    ['L072', 0x00],
  ])('everything leaves nothing on a %s', async (part, erased) => {
    const done = await doJob({ kind: 'erase', ranges: null }, { part, contents: 'used' });
    expect(done.report).toMatchObject({ fault: null });
    expect(memoryOf(done).read(FLASH, 64 * KIB)).toEqual(new Uint8Array(64 * KIB).fill(erased));
  });

  test.each(['F072', 'L072'])('proves a %s that nobody knows, too', async (part) => {
    const { report } = await doJob(erase({ address: FLASH, bytes: 1 }), { part, contents: 'used' }, []);
    expect(report).toMatchObject({ fault: null, erased: [{ address: FLASH }] });
  });

  test('everything is done by one command where that is faster, and sector by sector where it does harm', async () => {
    const quick = await doJob({ kind: 'erase', ranges: null }, { part: 'F072', contents: 'used' });
    expect(quick.report.ms).toBeLessThan(1_000);
    // As if somebody had measured that it would be quick.
    const parts = KNOWN_PARTS.map((part) => ({ ...part, timing: { ...part.timing, massEraseMs: 1 } }));
    const careful = await doJob({ kind: 'erase', ranges: null }, { part: 'F767-dual-bank', contents: 'used' }, parts);
    expect(careful.report).toMatchObject({ fault: null });
    expect(erasesOf(careful).length).toBeGreaterThan(1);
  });

  test.each(['write-protected', 'silent-erase-failure'] as const)(
    'a sector that is %s is ERASE_REFUSED with the first byte that is left',
    async (kind) => {
      const misbehaviours = [{ kind, address: FLASH + 16 * KIB, length: 1 }];
      const ranges = erase({ address: FLASH, bytes: 32 * KIB });
      const { report } = await doJob(ranges, { contents: 'used', misbehaviours });
      expect(report).toMatchObject({ fault: 'ERASE_REFUSED', faultDetails: { reason: 'not blank' }, erased: null });
      expect(report.faultDetails?.address).toMatch(/^0x080040/);
    },
  );

  test('what is not flash is RECIPE_REFUSED, before anything is erased', async () => {
    const done = await doJob(erase({ address: FLASH, bytes: 1 }, { address: 0x2000_0000, bytes: 1 }));
    expect(done.report).toMatchObject({ fault: 'RECIPE_REFUSED', faultDetails: { address: '0x20000000' } });
    expect(wearOf(done)).toEqual([]);
  });
});
