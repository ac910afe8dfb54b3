import { expect, test } from 'vitest';
import { AttemptResult } from './attempt.ts';

const AT = '2026-11-22T08:00:00.000Z';
/** As a worker of a version that could not lock sends it. */
const OLD = {
  attemptId: '00000000-0000-4000-8000-000000000001',
  outcome: 'fail',
  fault: 'BOARD_GONE',
  faultDetails: null,
  board: null,
  readback: null,
  phases: [],
  transfers: 7,
  toolVersion: '0.1.0',
  startedAt: AT,
  endedAt: AT,
  durationMs: 12,
};
const OPTIONS = { memory: 'option-bytes', address: 0x1fff_c000, before: 'aa55', after: 'bb44' };

test('a result from a worker that locks nothing has locked nothing', () => {
  expect(AttemptResult.parse(OLD).locked).toEqual([]);
});

test('what was locked keeps what was there before, and afterwards if anybody can read it', () => {
  const locked = [OPTIONS, { ...OPTIONS, memory: 'otp', before: 'ff'.repeat(4096), after: null }];
  expect(AttemptResult.parse({ ...OLD, locked }).locked).toEqual(locked);
});

test.each([
  ['no bytes before', { before: '' }],
  ['half a byte', { before: 'aa5' }],
  ['more bytes than any region has', { before: 'ff'.repeat(4097) }],
  ['capital digits', { after: 'BB44' }],
  ['nothing said of afterwards', { after: undefined }],
  ['flash', { memory: 'flash' }],
  ['an address that is none', { address: 2 ** 32 }],
])('a record of locking with %s is refused', (_, changes) => {
  expect(AttemptResult.safeParse({ ...OLD, locked: [{ ...OPTIONS, ...changes }] }).success).toBe(false);
});

test('no more is locked than a recipe can ask for', () => {
  expect(AttemptResult.safeParse({ ...OLD, locked: Array(16).fill(OPTIONS) }).success).toBe(true);
  expect(AttemptResult.safeParse({ ...OLD, locked: Array(17).fill(OPTIONS) }).success).toBe(false);
});
