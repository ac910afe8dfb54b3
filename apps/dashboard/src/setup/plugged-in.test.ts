import { nextSearch, type Slot, type SlotSearch, type StationSetup, searchFor } from '@flashline/contracts';
import { expect, test } from 'vitest';
import { pluggedIn } from './plugged-in.ts';

const ID = { vendorId: 0x0483, productId: 0xdf11 };

test('boards and strangers are seen on slots and on other ports, what was pulled and what another station has is not', () => {
  const setup = {
    station: 'ST07',
    online: true,
    others: [
      { path: '1-4', ...ID, mode: 'dfu' },
      { path: '1-5', ...ID, mode: 'other' },
    ],
  } as StationSetup;
  const slot = (path: string, state: object) => ({ station: 'ST07', slot: path, state }) as Slot;
  const slots = [
    slot('1-1', { is: 'waiting', seatingId: 's1', board: ID, ready: false }),
    slot('1-2', { is: 'done', seatingId: 's2', board: ID, present: false, ready: false }),
    slot('1-3', { is: 'empty' }),
    slot('1-6', { is: 'done', seatingId: 's6', board: ID, present: true, ready: true }),
    slot('1-7', { is: 'stranger', ...ID }),
    slot('1-8', { is: 'running', seatingId: 's8', board: ID }),
    { ...slot('1-9', { is: 'waiting', seatingId: 's9', board: ID }), station: 'ST08' },
  ];
  expect(pluggedIn(setup, slots)).toEqual([
    { path: '1-4', ...ID, mode: 'dfu', arrival: 'dfu' },
    { path: '1-5', ...ID, mode: 'other', arrival: 'other' },
    { path: '1-1', ...ID, mode: 'application', arrival: 's1' },
    { path: '1-6', ...ID, mode: 'dfu', arrival: 's6' },
    { path: '1-7', ...ID, mode: 'other', arrival: 'stranger' },
    { path: '1-8', ...ID, mode: 'dfu', arrival: 's8' },
  ]);
});

test('nobody knows what is plugged in at a station that does not answer, or sees nothing', () => {
  const setup = { station: 'ST07', online: true, others: [] } as unknown as StationSetup;
  const waiting = { station: 'ST07', slot: '1-1', state: { is: 'waiting', seatingId: 's1', board: ID } } as Slot;
  const blind = { station: 'ST07', slot: '1-2', state: { is: 'offline' } } as Slot;
  expect(pluggedIn({ ...setup, online: false }, [waiting])).toBeNull();
  expect(pluggedIn(setup, [waiting, blind])).toBeNull();
  expect(pluggedIn(setup, [waiting, { ...blind, station: 'ST08' }])).toHaveLength(1);
});

test('a board that did not move while nobody could see it is no answer, one that came is', () => {
  const setup = { station: 'ST07', online: true, others: [] } as unknown as StationSetup;
  const slot = (path: string, seatingId: string) =>
    ({ station: 'ST07', slot: path, state: { is: 'waiting', seatingId, board: ID } }) as Slot;
  const look = (search: SlotSearch, online: boolean, ...slots: Slot[]) => {
    const devices = pluggedIn({ ...setup, online }, slots);
    return nextSearch(search, devices === null ? { on: 'unseen' } : { on: 'seen', devices });
  };
  const first = look(searchFor(['A1', 'A2']), true, slot('1-1', 's1'), slot('1-2', 's2'));
  const back = look(look(first, false), true, slot('1-1', 's1'), slot('1-2', 's2'));
  expect([back.at, back.note, back.unmoved]).toEqual([0, null, ['1-1', '1-2']]);
  const came = look(look(first, false), true, slot('1-1', 's1'), slot('1-2', 's2'), slot('1-3', 's4'));
  expect([...came.found]).toEqual([['A1', '1-3']]);
});
