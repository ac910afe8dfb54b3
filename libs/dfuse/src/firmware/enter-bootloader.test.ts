import { Fault } from '@flashline/contracts';
import { describe, expect, test } from 'vitest';
import type { BusDevice, DfuBus } from '../port.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { busOf, SCENE_PATH, seen } from '../testing/port-scene.ts';
import { enterBootloader } from './enter-bootloader.ts';

const ENTRY = { by: 'character', character: 'R' } as const;
const RUNNING = seen(5, 'application');

/** Asks the board that was seen at address 5. `asked` takes the ways in which the firmware was asked. */
function entering(bus: DfuBus, ask = () => Promise.resolve(), asked: unknown[] = []): Promise<BusDevice> {
  const firmware = {
    ask: (path: string, entry: unknown) => {
      asked.push({ path, entry });
      return ask();
    },
    versionLines: () => Promise.resolve([]),
  };
  const seated = { address: 5, usbSerial: null };
  const context = { clock: new ManualClock(), signal: new AbortController().signal, firmware };
  return enterBootloader(bus, SCENE_PATH, { entry: ENTRY, seated }, context);
}

describe('a board that runs its firmware', () => {
  test('is asked once, in the way that was told, and is back as what it is in its bootloader', async () => {
    const asked: unknown[] = [];
    const bus = busOf([RUNNING, RUNNING, undefined, seen(6)]);
    expect(await entering(bus, undefined, asked)).toEqual(seen(6));
    expect(asked).toEqual([{ path: SCENE_PATH, entry: ENTRY }]);
  });

  test('that does not obey is told so, with what is seen of it', async () => {
    const code = 'BOOTLOADER_NOT_ENTERED';
    await expect(entering(busOf([RUNNING]))).rejects.toMatchObject({ code, details: { seen: 'still its firmware' } });
    await expect(entering(busOf([RUNNING, undefined]))).rejects.toMatchObject({ code, details: { seen: 'nothing' } });
    const back = busOf([RUNNING, undefined, seen(6, 'application')]);
    await expect(entering(back)).rejects.toMatchObject({ code, details: { asked: 'character', seen: 'application' } });
  });

  test('that comes up so late that it may be another is left alone', async () => {
    const empty = (ms: number) => Array.from({ length: ms / 250 }, () => undefined);
    expect(await entering(busOf([RUNNING, ...empty(5_000), seen(6)]))).toEqual(seen(6));
    const late = {
      code: 'BOOTLOADER_NOT_ENTERED',
      details: { asked: 'character', seen: 'the bootloader', reason: 'perhaps another board', awayMs: 5_250 },
    };
    await expect(entering(busOf([RUNNING, ...empty(5_250), seen(6)]))).rejects.toMatchObject(late);
    // Whoever was put there may run its firmware first.
    const passing = [RUNNING, ...empty(5_250), seen(6, 'application'), undefined, seen(7)];
    await expect(entering(busOf(passing))).rejects.toMatchObject(late);
  });

  test('that cannot be asked says why', async () => {
    const refuse = () => Promise.reject(new Fault('USB_BUSY', { device: '/dev/ttyACM3' }));
    await expect(entering(busOf([RUNNING]), refuse)).rejects.toMatchObject({ code: 'USB_BUSY' });
  });

  test('is given up when asking hangs', async () => {
    const hang = () => new Promise<never>(() => {});
    await expect(entering(busOf([RUNNING]), hang)).rejects.toMatchObject({
      code: 'USB_HOST',
      details: { hasHung: true },
    });
  });
});

test('a board that is in its bootloader already is not asked', async () => {
  const asked: unknown[] = [];
  expect(await entering(busOf([seen(5)]), undefined, asked)).toEqual(seen(5));
  expect(asked).toEqual([]);
});

test('another than the one that was seen is left alone', async () => {
  const asked: unknown[] = [];
  for (const looks of [[undefined], [seen(6, 'application')], [seen(6)]])
    await expect(entering(busOf(looks), undefined, asked)).rejects.toMatchObject({ code: 'SEATING_ENDED' });
  expect(asked).toEqual([]);
});
