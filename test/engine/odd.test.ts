import { ST_BOOTLOADER } from '@flashline/contracts';
import { type AttemptReport, runAttempt, TransferError } from '@flashline/dfuse';
import type { FirmwareImage } from '@flashline/firmware';
import { VirtualClock } from '@flashline/virtual-boards';
import { describe, expect, test } from 'vitest';
import { type Asked, OddDevice, type Oddity } from './odd-device.ts';
import { FLASH, firmwareBytes, imageOf, SLOT, SMALL } from './rig.ts';

const never = new Promise<never>(() => {});

interface Run {
  readonly report: AttemptReport;
  readonly device: OddDevice;
  readonly ms: number;
}

async function flash(device: OddDevice, image: FirmwareImage = SMALL): Promise<Run> {
  const clock = new VirtualClock();
  const context = { clock, signal: new AbortController().signal, onProgress: () => undefined };
  const report = await runAttempt(device, SLOT, { image, board: ST_BOOTLOADER, leave: true }, context);
  return { report, device, ms: clock.now() };
}

const flashOdd = (oddity: Oddity) => flash(new OddDevice(oddity));

test('an odd device that is not odd passes', async () => {
  const { report, device } = await flashOdd({});
  expect(report).toMatchObject({ outcome: 'pass', fault: null });
  expect(device).toMatchObject({ isOpen: false, transfers: report.transfers });
});

describe('poll timeouts that make no sense', () => {
  test.each([
    ['0, forever', 0, Number.POSITIVE_INFINITY],
    ['16777 s, forever', 0xffffff, Number.POSITIVE_INFINITY],
  ])('(%s) end as BOARD_SLOW at the deadline', async (_what, pollTimeoutMs, answers) => {
    const { report, ms } = await flashOdd({ busy: { pollTimeoutMs, answers } });
    expect(report).toMatchObject({ outcome: 'fail', fault: 'BOARD_SLOW', faultDetails: { phase: 'identify' } });
    expect(ms).toBeLessThan(21_000);
  });

  test.each([0, 1, 104, 0xffffff])(
    '(%i ms, while it is done soon) cost nothing but questions',
    async (pollTimeoutMs) => {
      const { report, ms } = await flashOdd({ busy: { pollTimeoutMs, answers: 3 } });
      expect(report).toMatchObject({ outcome: 'pass' });
      // At the end it is watched whether it comes up.
      const watched = report.phases.find(({ name }) => name === 'confirm')?.ms ?? 0;
      expect(ms - watched).toBeLessThan(500);
    },
  );
});

describe('a refusal', () => {
  const codes = Array.from({ length: 15 }, (_, i) => i + 1);
  const errVendor = 11;

  test.each(codes)('to erase with status %i is ERASE_REFUSED, or means read protection', async (code) => {
    const { report } = await flashOdd({ refuses: (kind) => (kind === 'erase' ? code : 0) });
    expect(report).toMatchObject({
      fault: code === errVendor ? 'BOARD_READ_PROTECTED' : 'ERASE_REFUSED',
      faultDetails: { phase: 'erase', address: '0x08000000', state: 'dfuERROR' },
    });
  });

  test.each(codes)('to write with status %i is WRITE_REFUSED, or means read protection', async (code) => {
    const { report } = await flashOdd({ refuses: (kind) => (kind === 'write' ? code : 0) });
    expect(report).toMatchObject({
      fault: code === errVendor ? 'BOARD_READ_PROTECTED' : 'WRITE_REFUSED',
      faultDetails: { phase: 'write', address: '0x08000000', block: 2, state: 'dfuERROR' },
    });
  });

  test('to be read is READ_REFUSED', async () => {
    const { report } = await flashOdd({ refuses: (kind) => (kind === 'address' ? 1 : 0) });
    expect(report).toMatchObject({ fault: 'READ_REFUSED', faultDetails: { phase: 'identify', status: 'errTARGET' } });
  });

  test('to leave is LEAVE_REFUSED', async () => {
    const { report } = await flashOdd({ stays: true });
    expect(report).toMatchObject({
      fault: 'LEAVE_REFUSED',
      faultDetails: { phase: 'confirm', seen: 'still in the bootloader' },
      readback: report.intended,
    });
  });
});

describe('an answer of the wrong length', () => {
  test.each([0, 1, 5, 7, 64])('(%i bytes to every GETSTATUS) is BOARD_GARBLED', async (length) => {
    const { report } = await flashOdd({
      meddle: ({ request }) => (request === 'other' ? new Uint8Array(length) : undefined),
    });
    expect(report).toMatchObject({ fault: 'BOARD_GARBLED', faultDetails: { phase: 'identify', request: 'GETSTATUS' } });
  });

  test('to one GETSTATUS, wherever it is, costs nobody a good board', async () => {
    const total = (await flashOdd({})).report.transfers;
    for (let at = 1; at <= total; at++) {
      const meddle = ({ transfer, value }: Asked) => (transfer === at && value === 0 ? new Uint8Array(3) : undefined);
      expect((await flashOdd({ meddle })).report, `at ${at}`).toMatchObject({ outcome: 'pass' });
    }
  });

  test.each([0, 1, 2047, 2049])(
    '(%i bytes of a block, however often) is BOARD_GARBLED, never a pass',
    async (length) => {
      const whole = await flashOdd({});
      // The last block that is read: after it come ABORT, SET_ADDRESS, the order to leave and a GETSTATUS.
      const at = whole.report.transfers - 6;
      const isUpload = ({ request, value }: Asked) => request === 'other' && value >= 2;
      const cut = (since: number, until: number) =>
        flashOdd({
          meddle: (asked) =>
            isUpload(asked) && since <= asked.transfer && asked.transfer <= until ? new Uint8Array(length) : undefined,
        });
      expect((await cut(at, at)).report).toMatchObject({ outcome: 'pass' });
      const { report } = await cut(at, Number.POSITIVE_INFINITY);
      expect(report).toMatchObject({
        fault: 'BOARD_GARBLED',
        faultDetails: { phase: 'verify', request: 'UPLOAD', got: length },
        readback: null,
      });
    },
  );
});

describe('a transfer', () => {
  const count = async () => (await flashOdd({})).report.transfers;

  test('that never settles ends the attempt in seconds, wherever it is', async () => {
    const total = await count();
    for (let at = 1; at <= total; at++) {
      const { report, device, ms } = await flashOdd({
        meddle: ({ transfer }) => (transfer === at ? never : undefined),
      });
      expect(device, `at ${at}`).toMatchObject({ isOpen: false, transfers: at });
      expect(ms, `at ${at}`).toBeLessThan(20_000);
      if (at === total) expect(report).toMatchObject({ fault: 'LEAVE_REFUSED', readback: report.intended });
      else expect(report, `at ${at}`).toMatchObject({ fault: 'BOARD_SILENT', faultDetails: { hasHung: true } });
    }
  });

  test('that the wire breaks once costs nobody a good board', async () => {
    const total = await count();
    for (let at = 1; at <= total; at++) {
      const { report } = await flashOdd({ meddle: ({ transfer }) => transfer === at && fail('protocol') });
      expect(report, `at ${at}: ${JSON.stringify(report.faultDetails)}`).toMatchObject({ outcome: 'pass' });
    }
  });

  test('that the wire always breaks is BOARD_GARBLED after three tries', async () => {
    const { report } = await flashOdd({ meddle: () => fail('protocol') });
    // An ABORT before them, and an ABORT with which every board is left.
    expect(report).toMatchObject({ fault: 'BOARD_GARBLED', transfers: 5, faultDetails: { trouble: 'protocol' } });
  });

  test('that this computer fails to make is USB_HOST, an error and not a bad board', async () => {
    const { report } = await flashOdd({ meddle: ({ transfer }) => transfer === 20 && fail('host') });
    expect(report).toMatchObject({ outcome: 'error', fault: 'USB_HOST' });
  });

  test('that fails in a way a transport must not is STATION_BUG, and the port is closed', async () => {
    const meddle = ({ transfer }: Asked) => {
      if (transfer === 20) throw new RangeError('out of bounds');
    };
    const { report, device } = await flashOdd({ meddle });
    expect(report).toMatchObject({ outcome: 'error', fault: 'STATION_BUG', faultDetails: { reason: 'out of bounds' } });
    expect(device.isOpen).toBe(false);
  });
});

function fail(trouble: 'protocol' | 'host'): never {
  throw new TransferError(trouble, 'broken');
}

describe('a write of which nobody knows whether it was carried out', () => {
  const BLOCK = 3;
  const BLOCK_BYTES = 2048;
  const writesOf = (device: OddDevice) => device.commands.filter((command) => command.startsWith('write')).length;

  /** Meddles with the first DNLOAD of the block; its answer gets lost in any case. */
  function losing(meddle: (asked: Asked) => unknown): Oddity {
    let isLost = false;
    return {
      meddle: (asked) => {
        if (isLost || asked.request !== 'DNLOAD' || asked.value !== BLOCK) return;
        isLost = true;
        meddle(asked);
        throw new TransferError('timeout', 'no answer');
      },
    };
  }

  test.each([0xff, 0x00])('is sent again when the flash is still erased (to 0x%s)', async (erased) => {
    const { report, device } = await flashOdd(
      losing((asked) => asked.device.memory.fill(erased, BLOCK_BYTES, 2 * BLOCK_BYTES)),
    );
    expect(report).toMatchObject({ outcome: 'pass' });
    expect(writesOf(device)).toBe(5);
  });

  test('is not sent again when the flash holds it', async () => {
    const { report, device } = await flashOdd(losing(({ device: { memory }, data }) => memory.set(data, BLOCK_BYTES)));
    expect(report).toMatchObject({ outcome: 'pass' });
    expect(writesOf(device)).toBe(4);
  });

  test.each([
    ['half of it', (data: Uint8Array) => data.subarray(0, 1000)],
    ['something else', (data: Uint8Array) => data.map(() => 0x5a)],
  ])('is VERIFY_MISMATCH when %s is there, for flash must not be written twice', async (_what, left) => {
    const { report, device } = await flashOdd(
      losing(({ device: { memory }, data }) => memory.set(left(data), BLOCK_BYTES)),
    );
    expect(report).toMatchObject({
      fault: 'VERIFY_MISMATCH',
      faultDetails: { phase: 'write', block: BLOCK, reason: 'torn write' },
    });
    expect(writesOf(device)).toBe(1);
  });
});

describe('a bus that hangs', () => {
  test.each([
    ['list', 'USB_HOST'],
    ['open', 'USB_HOST'],
  ] as const)('in %s ends the attempt as %s', async (call, fault) => {
    const device = new OddDevice();
    device[call] = () => never;
    expect((await flash(device)).report).toMatchObject({ outcome: 'error', fault, transfers: 0 });
  });

  test('in close does not keep the report back', async () => {
    const device = new OddDevice();
    device.close = () => never;
    expect((await flash(device)).report).toMatchObject({ outcome: 'pass' });
  });

  test('in open and then opens after all is closed again', async () => {
    const device = new OddDevice();
    let opened: () => void = () => undefined;
    device.open = () =>
      new Promise((resolve) => {
        opened = () => {
          device.isOpen = true;
          resolve(device);
        };
      });
    await flash(device);
    opened();
    await new Promise(setImmediate);
    expect(device.isOpen).toBe(false);
  });
});

describe('a descriptor that makes no sense', () => {
  test.each([
    ['a transfer size of 0', { transferSize: 0 }, 'BOARD_GARBLED'],
    ['a transfer size of 1', { transferSize: 1 }, 'BOARD_GARBLED'],
    ['a transfer size of 65535', { transferSize: 65535 }, 'BOARD_GARBLED'],
    ['plain DFU 1.1, where a command would be programmed as firmware', { bcdDfu: 0x0110 }, 'WRONG_BOARD'],
    ['a layout of 10 KB', { layout: `@Internal Flash/0x08000000/${'1*1Kg,'.repeat(1_700)}` }, 'MEMORY_MAP_UNREADABLE'],
    ['a layout of nothing', { layout: '' }, 'MEMORY_MAP_UNREADABLE'],
    ['no alternate settings', { device: { alternates: [] } }, 'MEMORY_MAP_UNREADABLE'],
  ] as const)('(%s) ends before anything is erased', async (_what, oddity, fault) => {
    const { report, device } = await flashOdd(oddity);
    expect(report).toMatchObject({ fault, faultDetails: { phase: 'identify' } });
    expect(device.commands).toEqual([]);
  });

  test.each([8, 64, 100, 1024, 4096])('is not one of %i bytes per transfer', async (transferSize) => {
    const { report, device } = await flashOdd({ transferSize });
    expect(report).toMatchObject({ outcome: 'pass' });
    expect(device.commands.filter((command) => command.startsWith('address'))).toHaveLength(1 + 2 + 2 + 2 + 1);
  });
});

test('a run of more than 65534 blocks is split, for block numbers have 16 bits', async () => {
  const device = new OddDevice({ transferSize: 8 });
  const image = imageOf([{ address: FLASH, data: firmwareBytes(65_534 * 8 + 20) }]);
  const { report } = await flash(device, image);
  expect(report).toMatchObject({ outcome: 'pass' });
  const writes = device.commands.filter((command) => !command.startsWith('erase'));
  const split = writes.indexOf('write 65535');
  expect(writes.slice(split, split + 5)).toEqual([
    'write 65535',
    `address ${(FLASH + 65_534 * 8).toString(16)}`,
    'write 2',
    'write 3',
    'write 4',
  ]);
});
