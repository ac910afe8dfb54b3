import { setImmediate as turn } from 'node:timers/promises';
import type { UsbTree } from '@flashline/contracts';
import { expect, test, vi } from 'vitest';
import { DEVICE } from '../../testing/attempts-scene.ts';
import { TreeWatch } from './tree-watch.ts';

const OTHER = { ...DEVICE, path: '1-9' };

function open() {
  const wakes: (() => void)[] = [];
  const naps: number[] = [];
  let nowMs = 0;
  const clock = {
    now: () => nowMs,
    sleep: (ms: number) => {
      naps.push(ms);
      return new Promise<void>((wake) => wakes.push(wake));
    },
  };
  const pass = (ms: number) => {
    nowMs += ms;
  };
  const read = vi.fn(async (): Promise<UsbTree | null> => null);
  const watch = new TreeWatch(read, clock);
  const onTree = vi.fn();
  const followed = watch.follow(onTree);
  /** Lets the tree be read, if it is to be. */
  const settle = async () => {
    await turn();
    wakes.shift()?.();
    await turn();
  };
  return { watch, read, onTree, followed, settle, naps, pass };
}

test('the tree is read after the first scan, also of an empty bus', async () => {
  const { watch, read, onTree, settle } = open();
  await settle();
  expect(read).not.toHaveBeenCalled();
  watch.scanned([]);
  await settle();
  expect(read).toHaveBeenCalledTimes(1);
  expect(onTree).toHaveBeenCalledExactlyOnceWith(null);
});

test('the tree is read again when a scan shows something else, and only then', async () => {
  const { watch, read, settle } = open();
  const scans = [
    [[DEVICE], 1],
    [[DEVICE], 1],
    [[DEVICE, OTHER], 2],
    [[OTHER, DEVICE], 2],
    [[{ ...DEVICE, address: 8 }, OTHER], 3],
    [[], 4],
  ] as const;
  for (const [devices, reads] of scans) {
    watch.scanned(devices);
    await settle();
    expect(read, JSON.stringify(devices)).toHaveBeenCalledTimes(reads);
  }
});

test('a hint is enough: a hub without devices is in no scan', async () => {
  const { watch, read, settle } = open();
  watch.scanned([DEVICE]);
  await settle();
  watch.hint();
  watch.scanned([DEVICE]);
  await settle();
  expect(read).toHaveBeenCalledTimes(2);
});

test('what comes one after the other is read together', async () => {
  const { watch, read, settle } = open();
  watch.scanned([DEVICE]);
  await turn();
  watch.scanned([DEVICE, OTHER]);
  await settle();
  await settle();
  expect(read).toHaveBeenCalledTimes(1);
});

test('what comes during a reading is read after it', async () => {
  const { watch, read, settle } = open();
  const reading = Promise.withResolvers<null>();
  read.mockReturnValueOnce(reading.promise);
  watch.hint();
  await settle();
  watch.hint();
  await settle();
  expect(read).toHaveBeenCalledTimes(1);
  reading.resolve(null);
  await settle();
  expect(read).toHaveBeenCalledTimes(2);
});

test('it is read a second after something came, and where things come all the time every ten', async () => {
  const { watch, settle, naps, pass } = open();
  for (const ms of [1_000, 10_000, 60_000]) {
    watch.hint();
    await settle();
    pass(ms);
  }
  watch.hint();
  await settle();
  expect(naps).toEqual([1_000, 9_000, 1_000, 1_000]);
});

test('only another tree is told', async () => {
  const { watch, read, onTree, settle } = open();
  const tree: UsbTree = { hubs: [], capacities: [], findings: [] };
  for (const next of [tree, { ...tree }, null]) {
    read.mockResolvedValueOnce(next);
    watch.hint();
    await settle();
  }
  expect(onTree.mock.calls).toEqual([[tree], [null]]);
});

test('a tree that cannot be read ends the watch', async () => {
  const { watch, read, followed, settle } = open();
  read.mockRejectedValueOnce(new Error('EIO'));
  watch.hint();
  const end = expect(followed).rejects.toThrow('EIO');
  await settle();
  await end;
});
