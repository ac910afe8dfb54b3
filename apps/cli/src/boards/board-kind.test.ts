import { Fault } from '@flashline/contracts';
import type { BoardJobReport, BusDevice } from '@flashline/dfuse';
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

/** What a board tells of itself. */
function told(layout: string): BoardJobReport {
  const board = { vendorId: 0x0483, productId: 0xdf11, bcdDevice: 0x2200, usbSerial: null, layout };
  return { facts: { board }, fault: null, faultDetails: null } as BoardJobReport;
}

const SILENT = { facts: null, fault: 'BOARD_SILENT', faultDetails: { phase: 'identify' } } as unknown as BoardJobReport;

test('of boards that all run, the first that tells what it is decides for all, however they overtake each other', async () => {
  const kindFor = await oneKind(boards(running('1-1'), running('1-2'), running('1-3')));
  const slow = Promise.withResolvers<BoardJobReport>();
  const first = kindFor(inBootloader('1-1'), () => slow.promise);
  expect(await kindFor(inBootloader('1-2'), async () => told('@B'))).toMatchObject({ productId: 0xdf11, layout: '@B' });
  slow.resolve(told('@A'));
  expect(await first).toMatchObject({ layout: '@B' });
  const unasked = () => Promise.reject(new Error('it was asked'));
  expect(await kindFor(inBootloader('1-3'), unasked)).toMatchObject({ layout: '@B' });
});

test('a board that cannot be asked is not flashed, and decides nothing', async () => {
  const kindFor = await oneKind(boards(running('1-1'), running('1-2')));
  const refused = await kindFor(inBootloader('1-1'), async () => SILENT).catch((thrown: unknown) => thrown);
  expect(refused).toBeInstanceOf(Fault);
  expect(refused).toMatchObject({ code: 'BOARD_SILENT', details: { phase: 'identify' } });
  expect(await kindFor(inBootloader('1-2'), async () => told('@B'))).toMatchObject({ layout: '@B' });
});

test('one board alone is of its own kind, and need not be asked', async () => {
  const kindFor = await oneKind(boards(running('1-1')));
  const unasked = () => Promise.reject(new Error('it was asked'));
  expect(await kindFor(inBootloader('1-1', 0x1234), unasked)).toMatchObject({ productId: 0x1234, layout: null });
});
