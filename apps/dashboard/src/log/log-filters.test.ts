import type { Attempt } from '@flashline/contracts';
import { expect, test } from 'vitest';
import { attemptQuery, filtersIn, logHref, matches, NO_FILTERS } from './log-filters.ts';

const ATTEMPT = {
  attemptId: '3f1c0000-0000-4000-8000-000000000001',
  seatingId: '77aa0000-0000-4000-8000-000000000001',
  station: 'ST07',
  slot: '1-2.3',
  label: 'A3',
  orderId: 'WO-1142',
  image: '9f'.repeat(32),
  unit: 'SN-40_7',
  assignedAt: new Date(2026, 10, 22, 12).toISOString(),
  result: { outcome: 'fail', fault: 'BOARD_GONE', board: { usbSerial: '357F34593137' } },
} as Attempt;

test('what the address says comes back as the same address', () => {
  const query =
    'search=SN-1&outcome=fail&fault=BOARD_GONE&orderId=WO-1&place=ST07%2F1-2.3&since=2026-11-01&until=2026-11-30';
  const filters = filtersIn(query);
  expect(filters).toEqual({
    search: 'SN-1',
    outcome: 'fail',
    fault: 'BOARD_GONE',
    orderId: 'WO-1',
    place: 'ST07/1-2.3',
    since: '2026-11-01',
    until: '2026-11-30',
  });
  expect(logHref(filters)).toBe(`/log?${query}`);
  expect(logHref(filters, '71')).toBe(`/log?${query}&cursor=71`);
  expect(logHref(NO_FILTERS)).toBe('/log');
});

test('nonsense in the address narrows nothing', () => {
  expect(filtersIn('outcome=great&fault=BAD&since=yesterday&until=2026-13-45&other=1')).toEqual(NO_FILTERS);
  expect(filtersIn(`search=${'x'.repeat(500)}`).search).toHaveLength(64);
});

test('the station is asked with whole days of this computer, the end exclusive', () => {
  const query = attemptQuery({
    ...NO_FILTERS,
    fault: 'BOARD_GONE',
    place: 'ST07/1-2.3',
    since: '2026-11-22',
    until: '2026-11-22',
  });
  expect(Object.fromEntries(query)).toEqual({
    fault: 'BOARD_GONE',
    station: 'ST07',
    slot: '1-2.3',
    since: new Date(2026, 10, 22).toISOString(),
    until: new Date(2026, 10, 23).toISOString(),
  });
  expect(attemptQuery(NO_FILTERS).toString()).toBe('');
});

test('a new attempt is inserted only where it matches', () => {
  const fits = (change: Partial<typeof NO_FILTERS>): boolean => matches(ATTEMPT, { ...NO_FILTERS, ...change });
  expect(fits({})).toBe(true);
  expect([fits({ outcome: 'fail' }), fits({ outcome: 'pass' })]).toEqual([true, false]);
  expect([fits({ fault: 'BOARD_GONE' }), fits({ fault: 'VERIFY_MISMATCH' })]).toEqual([true, false]);
  expect([fits({ orderId: 'WO-1142' }), fits({ orderId: 'WO-1' })]).toEqual([true, false]);
  expect([fits({ place: 'ST07/1-2.3' }), fits({ place: 'ST08/1-2.3' })]).toEqual([true, false]);
  expect([fits({ since: '2026-11-22' }), fits({ since: '2026-11-23' })]).toEqual([true, false]);
  expect([fits({ until: '2026-11-22' }), fits({ until: '2026-11-21' })]).toEqual([true, false]);
});

test('search finds the start of ids and any part of names, whatever the case', () => {
  const found = (search: string): boolean => matches(ATTEMPT, { ...NO_FILTERS, search });
  for (const text of ['3F1C', '77aa', '40_7', '7f345', 'a3', 'o-11']) expect(found(text), text).toBe(true);
  for (const text of ['f1c0', '9f9f', 'ST07', 'nothing']) expect(found(text), text).toBe(false);
});
