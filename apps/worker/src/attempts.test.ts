import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ApplicationCheck,
  type AttemptResult,
  type Digest,
  Fault,
  type FlashJob,
  PLAIN_ORDER_RECIPE,
  ST_BOOTLOADER,
} from '@flashline/contracts';
import type { BusDevice, Trust } from '@flashline/dfuse';
import { type Journal, openJournal } from '@flashline/store';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Attempts, type AttemptsOptions } from './attempts.ts';
import { type Ending, endingOfFault } from './ending.ts';
import type { EntryOrder, FlashOrder } from './hosts/host-messages.ts';
import { Bench } from './slots/bench.ts';
import { Starts } from './slots/starts.ts';

const SLOT = '1-1.1';
const AT = '2026-01-01T00:00:00.000Z';
const INTENDED: Digest = { bytes: 4, crc32: '01234567', sha256: 'ab'.repeat(32) };
const SIGNAL = new AbortController().signal;
const DEVICE: BusDevice = {
  path: SLOT,
  address: 7,
  vendorId: 0x0483,
  productId: 0xdf11,
  bcdDevice: 0x2200,
  usbSerial: 'STM32',
  mode: 'dfu',
};
const PASS: Ending = {
  outcome: 'pass',
  fault: null,
  faultDetails: null,
  board: null,
  hasOwnSerial: true,
  readback: INTENDED,
  phases: [],
  locked: [],
  application: null,
  transfers: 9,
};

let folder: string;
let journal: Journal;
let bench: Bench;
let nowMs: number;
let flashes: string[];
let orders: FlashOrder[];
let entries: EntryOrder[];
let entering: () => Promise<BusDevice>;
let ending: () => Promise<Ending>;
let askedAgain: string[];
let dropped: string[];
let left: Awaited<ReturnType<AttemptsOptions['safe']['left']>>;
let trusts: Trust[];
let rescued: unknown[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flashline-attempts-'));
  journal = openJournal(folder);
  nowMs = 0;
  flashes = [];
  orders = [];
  entries = [];
  entering = async () => DEVICE;
  askedAgain = [];
  dropped = [];
  left = null;
  trusts = [];
  rescued = [];
  ending = async () => PASS;
  let ids = 0;
  bench = new Bench({
    nowMs: () => nowMs,
    moment: () => AT,
    newId: () => uuid(++ids),
    onSlot: () => {},
    onChange: () => {},
    onMoved: () => {},
  });
  bench.scan([DEVICE]);
});
afterEach(() => {
  journal.close();
  rmSync(folder, { recursive: true });
});

function uuid(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

const hosts: AttemptsOptions['hosts'] = {
  enter: async (order) => {
    entries.push(order);
    return entering();
  },
  flash: (order) => {
    const { attemptId, trust, rescued: given } = order;
    orders.push(order);
    flashes.push(attemptId);
    if (given.length > 0) rescued.push(given);
    trusts.push(trust);
    return ending();
  },
  cancel: () => {},
};

function attempts(changes: Partial<AttemptsOptions> = {}): Attempts {
  return new Attempts({
    station: 'line-1',
    toolVersion: '0.0.0',
    simulated: true,
    journal,
    bench,
    starts: new Starts(),
    hosts,
    images: async () => '/image',
    safe: { keep: async () => {}, left: async () => left, drop: async (ids) => void dropped.push(...ids) },
    nowMs: () => 0,
    moment: () => AT,
    onProgress: () => {},
    onResult: () => {},
    onAskedAgain: ({ result }) => askedAgain.push(result.attemptId),
    onTrouble: () => {},
    ...changes,
  });
}

function job(n: number, changes: Partial<FlashJob['assignment']> = {}): FlashJob {
  const state = bench.state(SLOT);
  const seatingId = 'seating' in state ? state.seating.id : uuid(999);
  const assignment = {
    attemptId: uuid(100 + n),
    station: 'line-1',
    slot: SLOT,
    label: 'A1',
    seatingId,
    orderId: null,
    image: 'cd'.repeat(32),
    intended: INTENDED,
    unit: null,
    simulated: true,
    assignedAt: AT,
    ...changes,
  };
  return { assignment, imageName: 'x.hex', loadAddress: null, board: ST_BOOTLOADER, recipe: PLAIN_ORDER_RECIPE };
}

const RUNNING: BusDevice = { ...DEVICE, address: 3, productId: 0x5740, usbSerial: '204A33', mode: 'application' };
const ASKING = { ...PLAIN_ORDER_RECIPE, enter: { by: 'msp', into: 'auto' } } as const;

describe('a board that runs its firmware', () => {
  beforeEach(() => bench.scan([RUNNING]));

  test('is asked into its bootloader, and what is flashed and journalled is the board as it is there', async () => {
    await attempts().run({ ...job(1), recipe: ASKING }, SIGNAL);
    const seated = { address: 3, usbSerial: '204A33' };
    expect(entries).toEqual([{ id: uuid(101), path: SLOT, entry: ASKING.enter, seated }]);
    expect(orders).toMatchObject([{ seated: { address: 7, usbSerial: 'STM32' }, ranAs: seated }]);
    expect(journal.seats()).toMatchObject([
      { address: 7, seating: { board: { productId: 0xdf11, usbSerial: 'STM32' } } },
    ]);
    expect(bench.state(SLOT)).toMatchObject({ is: 'ended', seating: { board: { productId: 0xdf11 } } });
    expect(kept(1)).toMatchObject({ outcome: 'pass' });
  });

  test('is believed only if nothing of the board in the bootloader was left half done', async () => {
    bench.scan([DEVICE]);
    ending = async () => endingOfFault(new Fault('HOST_CRASHED'));
    await attempts().run(job(1), SIGNAL);
    bench.scan([]);
    bench.scan([RUNNING]);
    ending = async () => PASS;
    await attempts().run({ ...job(2), recipe: ASKING }, SIGNAL);
    expect(trusts).toEqual(['yes', 'no']);
  });

  test('is left alone by a recipe that does not say how to ask it', async () => {
    await attempts().run(job(1), SIGNAL);
    expect(kept(1)).toMatchObject({ outcome: 'error', fault: 'BOARD_NOT_READY' });
    expect([entries, flashes]).toEqual([[], []]);
  });

  test('that does not come up in its bootloader has failed, and nothing was begun', async () => {
    entering = () => Promise.reject(new Fault('BOOTLOADER_NOT_ENTERED', { asked: 'msp' }));
    await attempts().run({ ...job(1), recipe: ASKING }, SIGNAL);
    expect(kept(1)).toMatchObject({ outcome: 'error', fault: 'BOOTLOADER_NOT_ENTERED' });
    expect([flashes, journal.begun(), journal.seats()]).toEqual([[], [], []]);
  });

  test('is not asked twice while it is being asked', async () => {
    const asked = Promise.withResolvers<BusDevice>();
    entering = () => asked.promise;
    const subject = attempts();
    const first = subject.run({ ...job(1), recipe: ASKING }, SIGNAL);
    await vi.waitFor(() => expect(bench.state(SLOT)).toMatchObject({ is: 'entering' }));
    await subject.run({ ...job(2), recipe: ASKING }, SIGNAL);
    expect(kept(2)).toMatchObject({ fault: 'SLOT_BUSY' });
    asked.resolve(DEVICE);
    await first;
    expect(entries).toHaveLength(1);
  });

  test('that may be the one that passed is not shown that pass when its firmware comes up late', async () => {
    await attempts().run({ ...job(1), recipe: ASKING }, SIGNAL);
    bench.scan([]);
    nowMs = 5000;
    bench.scan([{ ...RUNNING, address: 9 }]);
    expect(bench.state(SLOT)).toMatchObject({ is: 'waiting', perhapsOf: uuid(101) });
  });

  test('and obeys after its attempt was stopped is not worked on by itself', async () => {
    const asked = Promise.withResolvers<BusDevice>();
    entering = () => asked.promise;
    const subject = attempts({ hosts: { ...hosts, cancel: () => asked.reject(new Fault('CANCELLED')) } });
    const running = subject.run({ ...job(1), recipe: ASKING }, SIGNAL);
    await vi.waitFor(() => expect(entries).toHaveLength(1));
    subject.cancel(uuid(101));
    await running;
    expect(kept(1)).toMatchObject({ outcome: 'aborted', fault: 'CANCELLED' });
    bench.scan([]);
    bench.scan([DEVICE]);
    expect(bench.state(SLOT)).toMatchObject({ is: 'ended', attemptId: uuid(101) });
    expect(flashes).toEqual([]);
  });

  test('is asked before its turn behind its hub comes, for one that does not answer draws no current', async () => {
    const starts = new Starts(1);
    const endOther = await starts.enter(SLOT, SIGNAL);
    const running = attempts({ starts }).run({ ...job(1), recipe: ASKING }, SIGNAL);
    await vi.waitFor(() => expect(entries).toHaveLength(1));
    expect(flashes).toEqual([]);
    endOther();
    await running;
    expect(kept(1)).toMatchObject({ outcome: 'pass' });
  });
});

function kept(n: number): Pick<AttemptResult, 'outcome' | 'fault'> | null {
  const known = journal.look(uuid(100 + n));
  return known.is === 'ended' ? known.report.result : null;
}

describe('a job', () => {
  test('is journalled before the board is touched, and its result is kept', async () => {
    let journalled: string | null = null;
    ending = async () => {
      journalled = journal.look(uuid(101)).is;
      return PASS;
    };
    await attempts().run(job(1), SIGNAL);
    expect(journalled).toBe('begun');
    expect(kept(1)).toMatchObject({ outcome: 'pass', fault: null });
    expect(bench.state(SLOT).is).toBe('ended');
  });

  test('that is delivered again touches no board, and its result is sent again', async () => {
    const one = attempts();
    const first = job(1);
    await one.run(first, SIGNAL);
    await one.run(first, SIGNAL);
    expect(flashes).toEqual([uuid(101)]);
    expect(askedAgain).toEqual([uuid(101)]);
  });

  test('that is delivered twice at once touches the board once', async () => {
    const started = Promise.withResolvers<Ending>();
    ending = () => started.promise;
    const one = attempts();
    const both = [one.run(job(1), SIGNAL), one.run(job(1), SIGNAL)];
    started.resolve(PASS);
    await Promise.all(both);
    expect(flashes).toEqual([uuid(101)]);
    expect(kept(1)).toMatchObject({ outcome: 'pass' });
  });

  test('for a board that has been swapped ends as an error of the station', async () => {
    const late = job(1);
    bench.scan([{ ...DEVICE, address: 8 }]);
    await attempts().run(late, SIGNAL);
    expect(flashes).toEqual([]);
    expect(kept(1)).toMatchObject({ outcome: 'error', fault: 'SEATING_ENDED' });
  });

  test('that was cancelled before it began touches no board', async () => {
    const one = attempts();
    one.cancel(uuid(101));
    await one.run(job(1), SIGNAL);
    expect(flashes).toEqual([]);
    expect(kept(1)).toMatchObject({ outcome: 'aborted', fault: 'CANCELLED' });
  });

  test('that is cancelled while its image is fetched touches no board', async () => {
    const image = Promise.withResolvers<string>();
    const one = attempts({ images: () => image.promise });
    const running = one.run(job(1), SIGNAL);
    one.cancel(uuid(101));
    image.resolve('/image');
    await running;
    expect(flashes).toEqual([]);
    expect(kept(1)).toMatchObject({ outcome: 'aborted', fault: 'CANCELLED' });
  });

  test('for a board that has left fetches no image', async () => {
    const images = vi.fn(async () => '/image');
    const late = job(1);
    bench.scan([]);
    await attempts({ images }).run(late, SIGNAL);
    expect(images).not.toHaveBeenCalled();
    expect(kept(1)).toMatchObject({ fault: 'SEATING_ENDED' });
  });

  test('for a board that was swapped while it waited for its turn touches no board', async () => {
    const starts = new Starts(1);
    const enter = vi.spyOn(starts, 'enter');
    const endOther = await starts.enter(SLOT, SIGNAL);
    const running = attempts({ starts }).run(job(1), SIGNAL);
    await vi.waitFor(() => expect(enter).toHaveBeenCalledTimes(2));
    bench.scan([{ ...DEVICE, address: 8 }]);
    endOther();
    await running;
    expect(flashes).toEqual([]);
    expect(kept(1)).toMatchObject({ fault: 'SEATING_ENDED' });
  });

  test('for production never runs on virtual boards', async () => {
    await attempts().run(job(1, { simulated: false }), SIGNAL);
    expect(flashes).toEqual([]);
    expect(kept(1)).toMatchObject({ outcome: 'error', fault: 'SIMULATION_MIXED' });
  });

  test('whose image cannot be had ends as an error, not as a bad board', async () => {
    const images = () => Promise.reject(new Fault('IMAGE_UNAVAILABLE'));
    await attempts({ images }).run(job(1), SIGNAL);
    expect(kept(1)).toMatchObject({ outcome: 'error', fault: 'IMAGE_UNAVAILABLE' });
  });

  test('does not pass when something else was read back than the order intended', async () => {
    ending = async () => ({ ...PASS, readback: { ...INTENDED, sha256: 'ef'.repeat(32) } });
    await attempts().run(job(1), SIGNAL);
    expect(kept(1)).toMatchObject({ outcome: 'error', fault: 'IMAGE_UNAVAILABLE' });
  });

  test('does not pass when nothing was read back', async () => {
    ending = async () => ({ ...PASS, readback: null });
    await attempts().run(job(1), SIGNAL);
    expect(kept(1)).toMatchObject({ outcome: 'error' });
  });

  test('does not pass when nobody saw run what its recipe looks for', async () => {
    const application = ApplicationCheck.parse({});
    await attempts().run({ ...job(1), recipe: { ...PLAIN_ORDER_RECIPE, application } }, SIGNAL);
    expect(kept(1)).toMatchObject({ outcome: 'error', fault: 'STATION_BUG' });
  });

  test('whose host dies is an error of the station', async () => {
    ending = () => Promise.reject(new Fault('HOST_CRASHED'));
    await attempts().run(job(1), SIGNAL);
    expect(kept(1)).toMatchObject({ outcome: 'error', fault: 'HOST_CRASHED' });
  });
});

describe('what a board holds', () => {
  test('is believed, but not after an erase or a write without a proof; and less for a while after the next pass', async () => {
    const one = attempts();
    await one.run(job(1), SIGNAL);
    ending = async () => ({
      ...endingOfFault(new Fault('BOARD_GONE')),
      phases: [{ name: 'erase', ms: 5, bytes: 0 }],
    });
    await one.run(job(2), SIGNAL);
    ending = async () => PASS;
    await one.run(job(3), SIGNAL);
    await one.run(job(4), SIGNAL);
    expect(trusts).toEqual(['yes', 'yes', 'no', 'own-serial']);
  });

  test('is believed while a board of the same serial is in work in another slot and seen there', async () => {
    const OTHER = '1-1.2';
    bench.scan([DEVICE, { ...DEVICE, path: OTHER, address: 8 }]);
    const first = Promise.withResolvers<Ending>();
    ending = () => first.promise;
    const one = attempts();
    const running = one.run(job(1), SIGNAL);
    await vi.waitFor(() => expect(flashes).toHaveLength(1));
    ending = async () => PASS;
    const other = bench.state(OTHER);
    const seatingId = 'seating' in other ? other.seating.id : expect.fail();
    await one.run(job(2, { slot: OTHER, seatingId }), SIGNAL);
    // The first board has left its slot, and something with its serial is in the other one: it may be that board.
    bench.scan([{ ...DEVICE, path: OTHER, address: 9 }]);
    const swapped = bench.state(OTHER);
    const swappedId = 'seating' in swapped ? swapped.seating.id : expect.fail();
    await one.run(job(3, { slot: OTHER, seatingId: swappedId }), SIGNAL);
    first.resolve(PASS);
    await running;
    expect(trusts).toEqual(['yes', 'yes', 'own-serial']);
  });

  test('is believed after an attempt that only looked', async () => {
    const one = attempts();
    ending = async () => ({
      ...endingOfFault(new Fault('IMAGE_DOES_NOT_FIT')),
      phases: [{ name: 'plan', ms: 5, bytes: 0 }],
    });
    await one.run(job(1), SIGNAL);
    await one.run(job(2), SIGNAL);
    expect(trusts).toEqual(['yes', 'yes']);
  });

  test('that was preserved is kept until the board has passed', async () => {
    const one = attempts();
    ending = async () => endingOfFault(new Fault('BOARD_GONE'));
    await one.run(job(1), SIGNAL);
    expect(dropped).toEqual([]);
    ending = async () => PASS;
    await one.run(job(2), SIGNAL);
    expect(dropped).toEqual([uuid(102)]);
  });

  test('that an attempt before took is given along, and dropped once a board with a serial of its own has it', async () => {
    const one = attempts();
    left = { attemptIds: [uuid(7)], ranges: [{ address: 0x0800_0000, data: Uint8Array.of(1) }] };
    const recipe = { ...PLAIN_ORDER_RECIPE, preserve: [{ address: 0x0800_0000, bytes: 1 }] };
    await one.run({ ...job(1), recipe }, SIGNAL);
    expect(rescued).toEqual([left.ranges]);
    expect(dropped).toEqual([uuid(101), uuid(7)]);
    ending = async () => ({ ...PASS, hasOwnSerial: false });
    await one.run({ ...job(2), recipe }, SIGNAL);
    expect(dropped).toEqual([uuid(101), uuid(7), uuid(102)]);
  });
});

describe('after a restart', () => {
  test('what was in flight ends as an error, and the board is left alone', async () => {
    const interrupted = job(1);
    journal.begin(interrupted, seat(interrupted), AT);
    const one = attempts();
    one.endInterrupted();
    expect(kept(1)).toMatchObject({ outcome: 'error', fault: 'STATION_RESTARTED' });
    await one.run(interrupted, SIGNAL);
    expect(flashes).toEqual([]);
  });

  test('a board that never left is the same seating, one that enumerated anew may be another', () => {
    const interrupted = job(1);
    const again = () => {
      const next = new Bench({
        nowMs: () => 0,
        moment: () => AT,
        newId: () => uuid(500),
        onSlot: () => {},
        onChange: () => {},
        onMoved: () => {},
      });
      next.remember([{ ...seat(interrupted), hasPassed: false }]);
      return next;
    };
    const same = again();
    same.scan([DEVICE]);
    expect(same.state(SLOT)).toMatchObject({ is: 'ended', seating: { id: interrupted.assignment.seatingId } });
    const other = again();
    other.scan([{ ...DEVICE, address: 8 }]);
    expect(other.state(SLOT)).toMatchObject({
      is: 'waiting',
      seating: { id: uuid(500) },
      perhapsOf: interrupted.assignment.attemptId,
    });
  });
});

function seat({ assignment: { slot, seatingId, attemptId } }: FlashJob) {
  const board = { vendorId: 0x0483, productId: 0xdf11, bcdDevice: 0x2200, usbSerial: 'STM32', layout: null };
  return { slot, seating: { id: seatingId, since: AT, board }, attemptId, address: DEVICE.address };
}

test('a disk that is full holds the slot busy and is told of, until the result is kept', async () => {
  const troubles: (string | null)[] = [];
  const stop = new AbortController();
  const failing: Journal = {
    ...journal,
    end: () => {
      throw new Fault('RECORD_FAILED');
    },
  };
  const run = attempts({
    journal: failing,
    onTrouble: (fault) => {
      troubles.push(fault?.code ?? null);
      stop.abort();
    },
  }).run(job(1), stop.signal);
  await expect(run).rejects.toMatchObject({ code: 'RECORD_FAILED' });
  expect(troubles).toEqual(['RECORD_FAILED']);
  expect(bench.report()).toMatchObject([{ state: { is: 'running' } }]);
});
