import { FAULT_CODES, FAULTS, outcomeOf, PHASES, type SlotState } from '@flashline/contracts';
import { expect, test } from 'vitest';
import { faceOf } from './slot-face.ts';

const BOARD = { vendorId: 0x0483, productId: 0xdf11, bcdDevice: 0x2200, usbSerial: null, layout: null };
const ON_BOARD = { seatingId: 'seating', since: '2026-11-22T09:00:00.000Z', board: BOARD, attemptId: 'attempt' };
const HINTS = { inBootloader: 'The order is paused.', withFirmware: 'Hold BOOT0.' };
const DONE = { is: 'done', ...ON_BOARD, present: true, ready: true } as const;

test('every state has its own word and says what to do', () => {
  const states: readonly SlotState[] = [
    { is: 'offline' },
    { is: 'empty' },
    { is: 'stranger', vendorId: 0x1a86, productId: 0x7523 },
    { is: 'waiting', seatingId: 'seating', since: ON_BOARD.since, board: BOARD, ready: true, perhapsOf: null },
    { is: 'queued', ...ON_BOARD },
    { is: 'running', ...ON_BOARD, phase: null, progress: 0 },
    { ...DONE, ready: false, outcome: 'pass', fault: null },
    { ...DONE, outcome: 'fail', fault: 'WRITE_REFUSED' },
    { ...DONE, outcome: 'error', fault: 'USB_BUSY' },
    { ...DONE, outcome: 'aborted', fault: 'CANCELLED' },
  ];
  const faces = states.map((state) => faceOf(state, HINTS));
  expect(faces.map(({ word }) => word)).toEqual([
    'No contact',
    'Empty',
    'Not a board',
    'Waiting',
    'Queued',
    'Starting',
    'Pass',
    'Fail',
    'Station error',
    'Stopped',
  ]);
  expect(new Set(faces.map(({ tone }) => tone)).size).toBe(states.length);
  for (const { hint } of faces) expect(hint).toMatch(/\.$/);
  expect(faces[2]?.hint).toContain('1a86:7523');
  expect(faces[3]?.hint).toBe('The order is paused.');
});

test('a running board shows its phase and whole percents that never reach 100', () => {
  for (const phase of PHASES) {
    const face = faceOf({ is: 'running', ...ON_BOARD, phase, progress: 0.99 });
    expect(face.percent).toBe(99);
    expect(face.word).toMatch(/^[A-Z][a-z]+ing$/);
  }
  expect(faceOf({ is: 'running', ...ON_BOARD, phase: 'write', progress: 0.379 }).percent).toBe(37);
});

test('every fault gives the advice of the catalogue, in the tone of whom it blames', () => {
  for (const fault of FAULT_CODES) {
    const face = faceOf({ ...DONE, outcome: outcomeOf(fault), fault });
    expect(face.hint).toBe(FAULTS[fault].do);
    expect(face.tone).toBe(outcomeOf(fault));
    expect(face.tone).not.toBe('pass');
  }
});

test('a pass that was pulled asks for the next board, a failure keeps its advice', () => {
  expect(faceOf({ ...DONE, present: false, ready: false, outcome: 'pass', fault: null })).toMatchObject({
    tone: 'pulled',
    word: 'Pass',
    hint: 'Plug the next board in.',
  });
  expect(faceOf({ ...DONE, present: false, ready: false, outcome: 'fail', fault: 'WRITE_REFUSED' }).tone).toBe('fail');
});

test('a board that waits with its firmware running says so', () => {
  const waiting = {
    is: 'waiting',
    seatingId: 'seating',
    since: ON_BOARD.since,
    board: BOARD,
    ready: false,
    perhapsOf: null,
  } as const;
  expect(faceOf(waiting, HINTS)).toMatchObject({ tone: 'waiting', word: 'Firmware runs', hint: 'Hold BOOT0.' });
});
