import { describe, expect, test } from 'vitest';
import type { BusDevice } from '../port.ts';
import { Bounds } from '../protocol/bounds.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { busOf, SCENE_PATH, seen } from '../testing/port-scene.ts';
import { confirm } from './confirm.ts';
import { PHASE_LIMITS } from './limits.ts';

/** Resolves with how long the port was watched, in milliseconds. */
async function watched(looks: readonly (BusDevice | undefined)[], limits = PHASE_LIMITS): Promise<number> {
  const clock = new ManualClock();
  const bounds = new Bounds(clock, new AbortController().signal);
  await confirm(busOf(looks), { path: SCENE_PATH, address: 5 }, bounds, limits);
  return clock.now();
}

/** What the port shows while it is empty for so long. */
const empty = (ms: number) => Array.from({ length: ms / 250 }, () => undefined);

describe('a board has left its bootloader', () => {
  test('when it comes back as something else', async () => {
    expect(await watched([seen(5), undefined, seen(6, 'application')])).toBe(500);
    expect(await watched([seen(6, 'other')])).toBe(0);
  });

  test('when it is gone and stays gone', async () => {
    expect(await watched([seen(5), undefined])).toBe(250 + PHASE_LIMITS.reappearMs);
  });
});

describe('a board in the bootloader', () => {
  test('refuses to leave when it stays there', async () => {
    const refused = { code: 'LEAVE_REFUSED', details: { seen: 'still in the bootloader' } };
    await expect(watched([seen(5)])).rejects.toMatchObject(refused);
  });

  test('refuses to leave when it is back within a moment, also when nobody saw it gone', async () => {
    const refused = { code: 'LEAVE_REFUSED', details: { seen: 'back in the bootloader' } };
    await expect(watched([undefined, seen(5)])).rejects.toMatchObject(refused);
    await expect(watched([seen(6)])).rejects.toMatchObject(refused);
    await expect(watched([...empty(1_500), seen(6)])).rejects.toMatchObject(refused);
  });

  test('may be another when the port was empty for as long as a swap takes', async () => {
    const patient = { ...PHASE_LIMITS, reappearMs: 5_000 };
    await expect(watched([...empty(1_750), seen(6)], patient)).rejects.toMatchObject({
      code: 'BOARD_GONE',
      details: { reason: 'perhaps another board', awayMs: 1_750 },
    });
  });
});
