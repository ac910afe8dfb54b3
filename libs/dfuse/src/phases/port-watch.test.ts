import { Fault } from '@flashline/contracts';
import { describe, expect, test } from 'vitest';
import type { BusDevice } from '../port.ts';
import { Bounds } from '../protocol/bounds.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { seen as at, busOf, SCENE_PATH as PATH } from '../testing/port-scene.ts';
import { comesBack, lookAt, looksAt } from './port-watch.ts';

const LIMIT_MS = 2_000;
const never = new Promise<never>(() => {});

const bounds = (clock = new ManualClock()) => new Bounds(clock, new AbortController().signal);

async function looksUntilBack(looks: readonly (BusDevice | undefined)[], address: number | null = 5): Promise<number> {
  const bus = busOf(looks);
  await comesBack(bus, { path: PATH, address }, bounds(), LIMIT_MS);
  return bus.looked();
}

describe('a board that resets', () => {
  test('is not back as long as it has not gone: it needs a moment to reset', async () => {
    expect(await looksUntilBack([at(5), at(5), undefined, undefined, at(6)])).toBe(5);
  });

  test('is back when it has another address, also when nobody saw it gone', async () => {
    expect(await looksUntilBack([at(5), at(6)])).toBe(2);
  });

  test('is back with the address it had, after it was gone', async () => {
    expect(await looksUntilBack([undefined, at(5)])).toBe(2);
  });

  test('of which nobody knew the address is back only after it was gone', async () => {
    expect(await looksUntilBack([at(6), undefined, at(6)], null)).toBe(3);
  });

  test.each([
    ['stays away', [at(5), undefined], 'nothing'],
    ['never goes', [at(5)], 'dfu'],
    ['runs its firmware', [undefined, at(6, 'application')], 'application'],
    ['runs its firmware at once', [at(6, 'application')], 'application'],
  ])('and %s is BOARD_GONE, at the limit at the latest', async (_how, looks, seen) => {
    const clock = new ManualClock();
    const waiting = comesBack(busOf(looks), { path: PATH, address: 5 }, bounds(clock), LIMIT_MS);
    await expect(waiting).rejects.toMatchObject({ code: 'BOARD_GONE', details: { seen } });
    expect(clock.now()).toBeLessThanOrEqual(LIMIT_MS + 250);
  });

  test('and is something else for a moment is waited for', async () => {
    expect(await looksUntilBack([undefined, at(6, 'other'), at(7)])).toBe(3);
  });
});

describe('a look at a port', () => {
  test('shows what is on it, and nothing else', async () => {
    expect(await lookAt(busOf([at(5)]), PATH, bounds())).toMatchObject({ address: 5 });
    expect(await lookAt(busOf([undefined]), PATH, bounds())).toBeUndefined();
  });

  test.each([
    ['fails', () => Promise.reject(new Error('no bus')), { reason: 'no bus' }],
    ['hangs', () => never, { request: 'list', hasHung: true }],
  ])('at a bus that %s is USB_HOST', async (_how, list, details) => {
    const looking = lookAt({ ...busOf([]), list }, PATH, bounds());
    await expect(looking).rejects.toMatchObject({ code: 'USB_HOST', details });
  });

  test('keeps the fault that a bus gives itself', async () => {
    const list = () => Promise.reject(new Fault('USB_PERMISSION'));
    await expect(lookAt({ ...busOf([]), list }, PATH, bounds())).rejects.toMatchObject({ code: 'USB_PERMISSION' });
  });
});

test('looks at a port tell the longest that it was empty', async () => {
  const looks = [at(5), undefined, undefined, at(6, 'application'), undefined, at(7), undefined, undefined, undefined];
  const told: (number | null)[] = [];
  for await (const { device, emptyMs } of looksAt(busOf(looks), PATH, bounds())) {
    told.push(emptyMs);
    if (device === undefined && told.length === looks.length) break;
  }
  expect(told).toEqual([null, 0, 250, 500, 500, 500, 500, 500, 500]);
});
