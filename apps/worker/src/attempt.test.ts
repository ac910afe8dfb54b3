import { Fault, PLAIN_ORDER_RECIPE } from '@flashline/contracts';
import type { BusDevice } from '@flashline/dfuse';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Ending, endingOfFault } from './ending.ts';
import { Starts } from './slots/starts.ts';
import { AttemptsScene, attemptId, DEVICE, PASS, RUNNING, SIGNAL, SLOT } from './testing/attempts-scene.ts';

let scene: AttemptsScene;

beforeEach(() => {
  scene = new AttemptsScene();
});
afterEach(() => scene.close());

const ASKING = { ...PLAIN_ORDER_RECIPE, enter: { by: 'msp', into: 'auto' } } as const;

describe('a board that runs its firmware', () => {
  beforeEach(() => scene.bench.scan([RUNNING]));

  test('is asked into its bootloader, and what is flashed and journalled is the board as it is there', async () => {
    await scene.attempts().run({ ...scene.job(1), recipe: ASKING }, SIGNAL);
    const seated = { address: 3, usbSerial: '204A33' };
    expect(scene.entries).toEqual([{ id: attemptId(1), path: SLOT, entry: ASKING.enter, seated }]);
    expect(scene.orders).toMatchObject([{ seated: { address: 7, usbSerial: 'STM32' }, ranAs: seated }]);
    expect(scene.journal.seats()).toMatchObject([
      { address: 7, seating: { board: { productId: 0xdf11, usbSerial: 'STM32' } } },
    ]);
    expect(scene.bench.state(SLOT)).toMatchObject({ is: 'ended', seating: { board: { productId: 0xdf11 } } });
    expect(scene.kept(1)).toMatchObject({ outcome: 'pass' });
  });

  test('is believed only if nothing of the board in the bootloader was left half done', async () => {
    scene.bench.scan([DEVICE]);
    scene.ending = async () => endingOfFault(new Fault('HOST_CRASHED'));
    await scene.attempts().run(scene.job(1), SIGNAL);
    scene.bench.scan([]);
    scene.bench.scan([RUNNING]);
    scene.ending = async () => PASS;
    await scene.attempts().run({ ...scene.job(2), recipe: ASKING }, SIGNAL);
    expect(scene.orders.map(({ trust }) => trust)).toEqual(['yes', 'no']);
  });

  test('is left alone by a recipe that does not say how to ask it', async () => {
    await scene.attempts().run(scene.job(1), SIGNAL);
    expect(scene.kept(1)).toMatchObject({ outcome: 'error', fault: 'BOARD_NOT_READY' });
    expect([scene.entries, scene.flashes]).toEqual([[], []]);
  });

  test('that does not come up in its bootloader has failed, and nothing was begun', async () => {
    scene.entering = () => Promise.reject(new Fault('BOOTLOADER_NOT_ENTERED', { asked: 'msp' }));
    await scene.attempts().run({ ...scene.job(1), recipe: ASKING }, SIGNAL);
    expect(scene.kept(1)).toMatchObject({
      outcome: 'error',
      fault: 'BOOTLOADER_NOT_ENTERED',
      board: { productId: 0x5740, usbSerial: '204A33' },
      phases: [{ name: 'enter' }],
    });
    expect([scene.flashes, scene.journal.begun(), scene.journal.seats()]).toEqual([[], [], []]);
  });

  test('is not asked twice while it is being asked', async () => {
    const asked = Promise.withResolvers<BusDevice>();
    scene.entering = () => asked.promise;
    const subject = scene.attempts();
    const first = subject.run({ ...scene.job(1), recipe: ASKING }, SIGNAL);
    await vi.waitFor(() => expect(scene.bench.state(SLOT)).toMatchObject({ is: 'entering' }));
    await subject.run({ ...scene.job(2), recipe: ASKING }, SIGNAL);
    expect(scene.kept(2)).toMatchObject({ fault: 'SLOT_BUSY' });
    asked.resolve(DEVICE);
    await first;
    expect(scene.entries).toHaveLength(1);
  });

  test('that may be the one that passed is not shown that pass when its firmware comes up late', async () => {
    await scene.attempts().run({ ...scene.job(1), recipe: ASKING }, SIGNAL);
    scene.bench.scan([]);
    scene.nowMs = 5000;
    scene.bench.scan([{ ...RUNNING, address: 9 }]);
    expect(scene.bench.state(SLOT)).toMatchObject({ is: 'waiting', perhapsOf: attemptId(1) });
  });

  test('and obeys after its attempt was stopped is not worked on by itself', async () => {
    const asked = Promise.withResolvers<BusDevice>();
    scene.entering = () => asked.promise;
    const subject = scene.attempts({ hosts: { ...scene.hosts, cancel: () => asked.reject(new Fault('CANCELLED')) } });
    const running = subject.run({ ...scene.job(1), recipe: ASKING }, SIGNAL);
    await vi.waitFor(() => expect(scene.entries).toHaveLength(1));
    subject.cancel(attemptId(1));
    await running;
    expect(scene.kept(1)).toMatchObject({ outcome: 'aborted', fault: 'CANCELLED' });
    scene.bench.scan([]);
    scene.bench.scan([DEVICE]);
    expect(scene.bench.state(SLOT)).toMatchObject({ is: 'ended', attemptId: attemptId(1) });
    expect(scene.flashes).toEqual([]);
  });

  test('is asked before its turn behind its hub comes, for one that does not answer draws no current', async () => {
    const starts = new Starts(1);
    const endOther = await starts.enter(SLOT, SIGNAL);
    const running = scene.attempts({ starts }).run({ ...scene.job(1), recipe: ASKING }, SIGNAL);
    await vi.waitFor(() => expect(scene.entries).toHaveLength(1));
    expect(scene.flashes).toEqual([]);
    endOther();
    await running;
    expect(scene.kept(1)).toMatchObject({ outcome: 'pass' });
  });
});

describe('a board that was asked and is swapped while it waits for its turn', () => {
  const NEXT = { ...DEVICE, address: 21 };

  test('keeps its attempt to itself: the next one is not touched, waits, and is blamed for nothing', async () => {
    scene.bench.scan([RUNNING]);
    const starts = new Starts(1);
    const endOther = await starts.enter(SLOT, SIGNAL);
    const running = scene.attempts({ starts }).run({ ...scene.job(1), recipe: ASKING }, SIGNAL);
    await vi.waitFor(() => expect(scene.bench.state(SLOT)).toMatchObject({ sight: { device: { address: 7 } } }));
    scene.nowMs = 1_000;
    scene.bench.scan([]);
    scene.nowMs = 5_000;
    scene.bench.scan([NEXT]);
    endOther();
    await running;
    expect(scene.kept(1)).toMatchObject({ outcome: 'error', fault: 'SEATING_ENDED' });
    expect([scene.flashes, scene.journal.seats()]).toEqual([[], []]);
    expect(scene.bench.state(SLOT)).toMatchObject({ is: 'waiting', perhapsOf: null, sight: { device: NEXT } });
    await scene.attempts().run(scene.job(2), SIGNAL);
    expect(scene.kept(2)).toMatchObject({ outcome: 'pass' });
  });

  test('does the same when that happens while its attempt is written down', async () => {
    const job = scene.job(1);
    scene.journal.together = (write) => {
      const written = write();
      scene.nowMs = 5_000;
      scene.bench.scan([NEXT]);
      return written;
    };
    await scene.attempts().run(job, SIGNAL);
    expect(scene.kept(1)).toMatchObject({ outcome: 'error', fault: 'SEATING_ENDED' });
    expect(scene.flashes).toEqual([]);
    expect(scene.bench.state(SLOT)).toMatchObject({ is: 'waiting', perhapsOf: null, sight: { device: NEXT } });
  });
});

test('a board that a person has worked on again is met where it is by then, when it has reset while it waited its turn', async () => {
  scene.ending = async () => endingOfFault(new Fault('VERIFY_MISMATCH'));
  await scene.attempts().run(scene.job(1), SIGNAL);
  const starts = new Starts(1);
  const endOther = await starts.enter(SLOT, SIGNAL);
  const enter = vi.spyOn(starts, 'enter');
  const running = scene.attempts({ starts }).run(scene.job(2), SIGNAL);
  await vi.waitFor(() => expect(enter).toHaveBeenCalled());
  scene.bench.scan([]);
  scene.bench.scan([{ ...DEVICE, address: 21 }]);
  endOther();
  await running;
  expect(scene.orders.at(-1)).toMatchObject({ attemptId: attemptId(2), seated: { address: 21 } });
});

test('a job for a board that has left its slot is told that it has, and not that it is in no bootloader', async () => {
  await scene.attempts().run(scene.job(1), SIGNAL);
  scene.bench.scan([]);
  await scene.attempts().run(scene.job(2), SIGNAL);
  expect(scene.kept(2)).toMatchObject({ fault: 'SEATING_ENDED' });
});

describe('what a board holds', () => {
  test('is believed, but not after an erase or a write without a proof; and less for a while after the next pass', async () => {
    const one = scene.attempts();
    await one.run(scene.job(1), SIGNAL);
    scene.ending = async () => ({
      ...endingOfFault(new Fault('BOARD_GONE')),
      phases: [{ name: 'erase', ms: 5, bytes: 0 }],
    });
    await one.run(scene.job(2), SIGNAL);
    scene.ending = async () => PASS;
    await one.run(scene.job(3), SIGNAL);
    await one.run(scene.job(4), SIGNAL);
    expect(scene.orders.map(({ trust }) => trust)).toEqual(['yes', 'yes', 'no', 'own-serial']);
  });

  test('is believed while a board of the same serial is in work in another slot and seen there', async () => {
    const OTHER = '1-1.2';
    scene.bench.scan([DEVICE, { ...DEVICE, path: OTHER, address: 8 }]);
    const first = Promise.withResolvers<Ending>();
    scene.ending = () => first.promise;
    const one = scene.attempts();
    const running = one.run(scene.job(1), SIGNAL);
    await vi.waitFor(() => expect(scene.flashes).toHaveLength(1));
    scene.ending = async () => PASS;
    const other = scene.bench.state(OTHER);
    const seatingId = 'seating' in other ? other.seating.id : expect.fail();
    await one.run(scene.job(2, { slot: OTHER, seatingId }), SIGNAL);
    // The first board has left its slot, and something with its serial is in the other one: it may be that board.
    scene.bench.scan([{ ...DEVICE, path: OTHER, address: 9 }]);
    const swapped = scene.bench.state(OTHER);
    const swappedId = 'seating' in swapped ? swapped.seating.id : expect.fail();
    await one.run(scene.job(3, { slot: OTHER, seatingId: swappedId }), SIGNAL);
    first.resolve(PASS);
    await running;
    expect(scene.orders.map(({ trust }) => trust)).toEqual(['yes', 'yes', 'own-serial']);
  });

  test('is believed after an attempt that only looked', async () => {
    const one = scene.attempts();
    scene.ending = async () => ({
      ...endingOfFault(new Fault('IMAGE_DOES_NOT_FIT')),
      phases: [{ name: 'plan', ms: 5, bytes: 0 }],
    });
    await one.run(scene.job(1), SIGNAL);
    await one.run(scene.job(2), SIGNAL);
    expect(scene.orders.map(({ trust }) => trust)).toEqual(['yes', 'yes']);
  });

  test('that was preserved is kept until the board has passed', async () => {
    const one = scene.attempts();
    scene.ending = async () => endingOfFault(new Fault('BOARD_GONE'));
    await one.run(scene.job(1), SIGNAL);
    expect(scene.dropped).toEqual([]);
    scene.ending = async () => PASS;
    await one.run(scene.job(2), SIGNAL);
    expect(scene.dropped).toEqual([attemptId(2)]);
  });

  test('that an attempt before took is given along, and dropped once a board with a serial of its own has it', async () => {
    const one = scene.attempts();
    scene.left = { attemptIds: [attemptId(7)], ranges: [{ address: 0x0800_0000, data: Uint8Array.of(1) }] };
    const recipe = { ...PLAIN_ORDER_RECIPE, preserve: [{ address: 0x0800_0000, bytes: 1 }] };
    await one.run({ ...scene.job(1), recipe }, SIGNAL);
    expect(scene.orders.map(({ rescued }) => rescued)).toEqual([scene.left.ranges]);
    expect(scene.dropped).toEqual([attemptId(1), attemptId(7)]);
    scene.ending = async () => ({ ...PASS, hasOwnSerial: false });
    await one.run({ ...scene.job(2), recipe }, SIGNAL);
    expect(scene.dropped).toEqual([attemptId(1), attemptId(7), attemptId(2)]);
  });
});
