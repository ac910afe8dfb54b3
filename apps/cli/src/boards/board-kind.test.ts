import type { BusDevice } from '@flashline/dfuse';
import { expect, test } from 'vitest';
import type { ChosenBoards } from './board-choice.ts';
import { oneKind } from './board-kind.ts';

function running(path: string): BusDevice {
  const ids = { vendorId: 0x0483, productId: 0x5740, bcdDevice: 0x0200 };
  return { path, address: 1, ...ids, usbSerial: null, mode: 'application' };
}

const inBootloader = (path: string, productId = 0xdf11): BusDevice => ({ ...running(path), productId, mode: 'dfu' });

function boards(...devices: BusDevice[]): ChosenBoards {
  const bus = { choice: { kind: 'usb' }, slots: null, isFleeting: false, release: async () => {} } as const;
  return { bus, parts: [], devices, signal: new AbortController().signal };
}

test('of boards that all run, none decides for the others, whichever comes up first', async () => {
  const kindFor = await oneKind(boards(running('1-1'), running('1-2')));
  expect(kindFor(inBootloader('1-2', 0x1234))).toMatchObject({ productId: 0x1234, layout: null });
  expect(kindFor(inBootloader('1-1'))).toMatchObject({ productId: 0xdf11, layout: null });
});

test('one board alone is of its own kind, and need not be asked', async () => {
  const alone = Object.defineProperty({ ...boards(inBootloader('1-1')) }, 'bus', {
    get: () => {
      throw new Error('it was asked');
    },
  });
  const kindFor = await oneKind(alone);
  expect(kindFor(inBootloader('1-1', 0x1234))).toMatchObject({ productId: 0x1234, layout: null });
});
