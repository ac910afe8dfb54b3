import { FAULT_CODES, FAULTS, outcomeOf, PHASES, type SlotState } from '@flashline/contracts';
import { expect, test } from 'vitest';
import { canRun, faceOf } from './slot-face.ts';

const BOARD = { vendorId: 0x0483, productId: 0xdf11, bcdDevice: 0x2200, usbSerial: null, layout: null };
const ON_BOARD = { seatingId: 'seating', since: '2026-11-22T09:00:00.000Z', board: BOARD, attemptId: 'attempt' };
const DEMAND = { why: 'The order is paused.', wantsBoards: false, asksBoards: false, needsUnits: false };
const WAITING = {
  is: 'waiting',
  seatingId: 'seating',
  since: ON_BOARD.since,
  board: BOARD,
  ready: true,
  perhapsOf: null,
} as const;
const DONE = { is: 'done', ...ON_BOARD, present: true, ready: true } as const;

test('every state has its own word and says what to do', () => {
  const states: readonly SlotState[] = [
    { is: 'offline' },
    { is: 'empty' },
    { is: 'stranger', vendorId: 0x1a86, productId: 0x7523 },
    WAITING,
    { ...WAITING, perhapsOf: 'attempt' },
    { is: 'queued', ...ON_BOARD },
    { is: 'running', ...ON_BOARD, phase: null, progress: 0 },
    { ...DONE, ready: false, outcome: 'pass', fault: null },
    { ...DONE, outcome: 'fail', fault: 'WRITE_REFUSED' },
    { ...DONE, outcome: 'error', fault: 'USB_BUSY' },
    { ...DONE, outcome: 'aborted', fault: 'CANCELLED' },
  ];
  const faces = states.map((state) => faceOf(state, DEMAND));
  expect(faces.map(({ word }) => word)).toEqual([
    'No contact',
    'Empty',
    'Not a board',
    'Waiting',
    'In doubt',
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
    const face = faceOf({ is: 'running', ...ON_BOARD, phase, progress: 0.99 }, DEMAND);
    expect(face.percent).toBe(99);
    expect(face.word).toMatch(/^[A-Z][a-z]+ing$/);
  }
  expect(faceOf({ is: 'running', ...ON_BOARD, phase: 'write', progress: 0.379 }, DEMAND).percent).toBe(37);
});

test('every fault gives the advice of the catalogue, in the tone of whom it blames', () => {
  for (const fault of FAULT_CODES) {
    const face = faceOf({ ...DONE, outcome: outcomeOf(fault), fault }, DEMAND);
    expect(face.hint).toBe(FAULTS[fault].do);
    expect(face.tone).toBe(outcomeOf(fault));
    expect(face.tone).not.toBe('pass');
  }
});

test('a pass that was pulled asks for the next board, a failure keeps its advice', () => {
  expect(faceOf({ ...DONE, present: false, ready: false, outcome: 'pass', fault: null }, DEMAND)).toMatchObject({
    tone: 'pulled',
    word: 'Pass',
    hint: 'Plug the next board in.',
  });
  expect(faceOf({ ...DONE, present: false, ready: false, outcome: 'fail', fault: 'WRITE_REFUSED' }, DEMAND).tone).toBe(
    'fail',
  );
});

const ASKING = { ...DEMAND, asksBoards: true };
const WANTING = { ...DEMAND, wantsBoards: true };
const RUNS = { ...WAITING, ready: false } as const;

test('a board that runs its firmware needs a hand when it is wanted and nobody asks it into its bootloader', () => {
  expect(faceOf(RUNS, WANTING)).toMatchObject({ tone: 'boot0', word: 'Hold BOOT0' });
  expect(faceOf(RUNS, DEMAND)).toMatchObject({ tone: 'waiting', word: 'Firmware runs' });
  for (const demand of [DEMAND, WANTING]) expect(faceOf(RUNS, demand).hint).toMatch(/hold BOOT0 and plug it in again/i);
  expect(faceOf(RUNS, { ...WANTING, asksBoards: true })).toMatchObject({ tone: 'waiting', hint: DEMAND.why });
});

test('a board that is wanted waits for somebody to say which unit it is, and says what to do', () => {
  const demand = { ...WANTING, needsUnits: true };
  expect(faceOf(WAITING, demand)).toMatchObject({ tone: 'unit', hint: expect.stringMatching(/Scan its label.* API/) });
  expect(faceOf(RUNS, { ...demand, asksBoards: true }).tone).toBe('unit');
  expect(faceOf(RUNS, demand).tone, 'first things first').toBe('boot0');
  expect(faceOf({ ...WAITING, perhapsOf: 'attempt' }, demand).tone).toBe('doubt');
  expect(faceOf(WAITING, { ...demand, wantsBoards: false })).toMatchObject({ tone: 'waiting', hint: DEMAND.why });
});

test('a board that may be the one from before is neither a pass nor one that waits, whatever is made', () => {
  for (const demand of [DEMAND, ASKING, WANTING])
    for (const state of [WAITING, RUNS]) {
      const face = faceOf({ ...state, perhapsOf: 'attempt' }, demand);
      expect(face).toMatchObject({ tone: 'doubt', hint: expect.stringMatching(/Pull it and plug the next one in/) });
      expect(/BOOT0/.test(face.hint)).toBe(!canRun(state, demand));
    }
});

test('a board can be run in its bootloader, and with its firmware running if the order asks it', () => {
  const able = [WAITING, RUNS].map((state) => [DEMAND, ASKING].map((demand) => canRun({ ...state }, demand)));
  expect(able).toEqual([
    [true, true],
    [false, true],
  ]);
});
