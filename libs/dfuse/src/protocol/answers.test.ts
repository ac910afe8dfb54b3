import { describe, expect, test } from 'vitest';
import { TransferError } from '../port.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { PlainDevice, type Said } from '../testing/plain-device.ts';
import { type BearsEarly, DfuAnswers, POLLS_MAX } from './answers.ts';
import { Bounds } from './bounds.ts';
import { LITERAL_PACE, type Operation, type Pace, UNKNOWN_PACE } from './pacing.ts';
import { DfuRequests } from './requests.ts';

const ERASE: Operation = { kind: 'erase', bytes: 1024 };
const [OK, ERR_ERASE, ERR_VENDOR, ERR_UNKNOWN, ERR_STALLED] = [0, 4, 11, 14, 15];
const [IDLE, SYNC, BUSY, DONE, ERROR] = [2, 3, 4, 5, 10];

const busy = (pollMs: number, tookMs = 0): Said => ({ answer: [OK, pollMs, BUSY], tookMs });
const done = (tookMs = 0): Said => ({ answer: [OK, 0, DONE], tookMs });
const error = (status: number): Said => ({ answer: [status, 0, ERROR] });
const stalled: Said = { trouble: 'stall' };
const silent: Said = { trouble: 'timeout', tookMs: 100 };

/** Someone who asks a device that says these things one after the other. */
function asking(says: readonly Said[], knows: { pace?: Pace; bearsEarly?: BearsEarly } = {}) {
  const clock = new ManualClock();
  const device = new PlainDevice(clock, () => 0xff);
  device.says.push(...says);
  const bounds = new Bounds(clock, new AbortController().signal);
  const known = { pace: knows.pace ?? UNKNOWN_PACE, bearsEarly: knows.bearsEarly ?? null };
  return { clock, device, answers: new DfuAnswers(new DfuRequests(device, bounds), bounds, known) };
}

describe('a GETSTATUS', () => {
  test.each([
    ['is lost', silent],
    ['is garbled', { garbled: Uint8Array.of(0, 0, 0) }],
    ['is broken by the wire', { trouble: 'protocol' } as const],
  ])('that %s twice is asked a third time', async (_what, said) => {
    const { answers } = asking([said, said, done()]);
    expect(await answers.status()).toMatchObject({ state: 'dfuDNLOAD-IDLE' });
  });

  test.each([
    ['garbled', { garbled: Uint8Array.of(0, 0, 0) }, 'BOARD_GARBLED'],
    ['broken by the wire', { trouble: 'protocol' } as const, 'BOARD_GARBLED'],
    ['lost', silent, 'BOARD_SILENT'],
  ])('that is %s three times is given up', async (_what, said, code) => {
    const { answers, device } = asking([said, said, said]);
    await expect(answers.status()).rejects.toMatchObject({ code, details: { request: 'GETSTATUS' } });
    expect(device.heard).toHaveLength(3);
  });

  test('of a device that is gone is not asked again', async () => {
    const { answers, device } = asking([{ trouble: 'gone' }]);
    await expect(answers.status()).rejects.toMatchObject({ code: 'BOARD_GONE' });
    expect(device.heard).toHaveLength(1);
  });

  test('that is stalled is waited out in pauses that double, for as long as the work may take', async () => {
    const { answers, clock } = asking([...Array<Said>(6).fill(stalled), done()]);
    expect(await answers.status(5_000)).toMatchObject({ state: 'dfuDNLOAD-IDLE' });
    expect(clock.slept).toEqual([5, 10, 20, 40, 80, 160]);
  });

  test('that is stalled for longer is BOARD_STALLED', async () => {
    const { answers, clock } = asking(Array<Said>(20).fill(stalled));
    await expect(answers.status(1_000)).rejects.toMatchObject({ code: 'BOARD_STALLED' });
    expect(clock.now()).toBeGreaterThanOrEqual(1_000);
    expect(clock.now()).toBeLessThan(2_000);
  });
});

describe('an operation', () => {
  test('is started by the first answer and told done by a later one', async () => {
    const { answers, device, clock } = asking([busy(0), done()]);
    expect(await answers.finished(ERASE, 'erase')).toBe('done');
    expect(device.heard).toEqual(['GETSTATUS', 'GETSTATUS']);
    expect(clock.slept).toEqual([1]);
  });

  test('of which the first answer says that it is done is done', async () => {
    const { answers, device } = asking([done()]);
    expect(await answers.finished(ERASE, 'erase')).toBe('done');
    expect(device.heard).toHaveLength(1);
  });

  test('teaches when to ask for the next of its kind', async () => {
    const { answers, clock, device } = asking([busy(104), done(7)]);
    await answers.finished(ERASE, 'erase');
    device.says.push(busy(104), done());
    clock.slept.length = 0;
    await answers.finished(ERASE, 'erase');
    // 1 ms slept and 7 ms held: next time 2 ms before that.
    expect(clock.slept).toEqual([6]);
  });

  test('is not taken for held back by a device that is slow to answer anything', async () => {
    const { answers } = asking([busy(104, 20), done(20)]);
    await answers.finished(ERASE, 'erase');
    expect(answers.pace.learned['erase:1024']).toEqual({ waitMs: 0.8, answersBusy: false });
  });

  test('that is still under way after the last question is BOARD_SLOW', async () => {
    const { answers } = asking(Array<Said>(POLLS_MAX + 5).fill(busy(0)));
    await expect(answers.finished(ERASE, 'erase')).rejects.toMatchObject({
      code: 'BOARD_SLOW',
      details: { polls: POLLS_MAX },
    });
  });

  test('is wedged for someone who has patience for so long only, and not before', async () => {
    const { answers, clock } = asking(Array<Said>(100).fill(busy(100)));
    expect(await answers.finished(ERASE, 'erase', 2_000)).toBe('wedged');
    expect(clock.now()).toBeGreaterThanOrEqual(2_000);
    expect(clock.now()).toBeLessThan(2_500);
    expect(answers.pace).toBe(UNKNOWN_PACE);
  });

  test('that is done at the end of the patience is done', async () => {
    const { answers } = asking([busy(100), done(2_500)]);
    expect(await answers.finished(ERASE, 'erase', 2_000)).toBe('done');
  });
});

describe('a refusal', () => {
  test('is believed when it is told twice', async () => {
    const { answers, device } = asking([busy(0), error(ERR_ERASE), error(ERR_ERASE)]);
    await expect(answers.finished(ERASE, 'erase')).rejects.toMatchObject({
      code: 'ERASE_REFUSED',
      details: { status: 'errERASE', state: 'dfuERROR' },
    });
    expect(device.heard).toHaveLength(3);
  });

  test.each([
    ['to the first question', [error(ERR_ERASE), busy(0), done()]],
    ['to a question in time', [busy(0), error(ERR_ERASE), done()]],
    ['to a question that is early', [busy(100), error(ERR_ERASE), done()]],
  ])('that is told once, %s, is a garbled answer', async (_when, says) => {
    const { answers } = asking(says);
    expect(await answers.finished(ERASE, 'erase')).toBe('done');
  });

  test.each([
    ['erase', 'ERASE_REFUSED'],
    ['write', 'WRITE_REFUSED'],
    ['read', 'READ_REFUSED'],
    ['leave', 'LEAVE_REFUSED'],
    ['lock', 'LOCK_FAILED'],
    ['unprotect', 'UNPROTECT_FAILED'],
  ] as const)('to %s is %s, and errVENDOR always means read protection', async (purpose, code) => {
    const refusing = (status: number) => asking([error(status), error(status)]).answers.finished(ERASE, purpose);
    await expect(refusing(ERR_UNKNOWN)).rejects.toMatchObject({ code });
    await expect(refusing(ERR_VENDOR)).rejects.toMatchObject({ code: 'BOARD_READ_PROTECTED' });
  });

  test('without an error, only in a state out of turn, is BOARD_GARBLED', async () => {
    const idle: Said = { answer: [OK, 0, IDLE] };
    await expect(asking([idle, idle]).answers.finished(ERASE, 'erase')).rejects.toMatchObject({
      code: 'BOARD_GARBLED',
      details: { state: 'dfuIDLE', during: 'erase' },
    });
  });
});

describe('a question that comes early', () => {
  test('and is stalled is not asked again before the device said, now and on every board of its kind', async () => {
    const { answers, clock, device } = asking([busy(100), stalled, done()]);
    expect(await answers.finished(ERASE, 'erase')).toBe('done');
    expect(clock.slept).toEqual([1, 100]);
    expect(answers.pace).toBe(LITERAL_PACE);
    device.says.push(busy(50), done());
    await answers.finished(ERASE, 'erase');
    expect(clock.slept).toEqual([1, 100, 50]);
  });

  test('and is lost teaches nothing', async () => {
    const { answers } = asking([busy(100), silent, done()]);
    expect(await answers.finished(ERASE, 'erase')).toBe('done');
    expect(answers.pace.isLiteral).toBe(false);
  });

  test('and is stalled by a device that is known to bear it was stalled by chance', async () => {
    const { answers, device } = asking([busy(100), stalled, done()], { bearsEarly: true });
    expect(await answers.finished(ERASE, 'erase')).toBe('done');
    expect(answers.pace.isLiteral).toBe(false);
    expect(device.heard).toHaveLength(3);
  });

  test('is never asked of a device that is known not to bear it, whatever was learned', async () => {
    const pace = { isLiteral: false, learned: { 'erase:1024': { waitMs: 3, answersBusy: false } } };
    const { answers, clock } = asking([busy(100), done()], { pace, bearsEarly: false });
    await answers.finished(ERASE, 'erase');
    expect(clock.slept).toEqual([100]);
  });

  test('and finds the device gone ends at once', async () => {
    const { answers } = asking([busy(100), { trouble: 'gone' }]);
    await expect(answers.finished(ERASE, 'erase')).rejects.toMatchObject({ code: 'BOARD_GONE' });
  });
});

describe('a stalled request', () => {
  const stall = new TransferError('stall', 'no');

  test('for which the device gives a reason is a refusal', async () => {
    const { answers } = asking([error(ERR_VENDOR), error(ERR_VENDOR)]);
    expect(await answers.explained(stall, 'read')).toMatchObject({ code: 'BOARD_READ_PROTECTED' });
  });

  test.each([
    ['gives none', [error(ERR_STALLED), error(ERR_STALLED)]],
    ['says that all is well', [done(), done()]],
    ['gives one only once', [error(ERR_VENDOR), error(ERR_STALLED)]],
  ])('for which the device %s stays a stall', async (_what, says) => {
    expect(await asking(says).answers.explained(stall, 'read')).toBe(stall);
  });

  test('is the only thing that is asked about', async () => {
    const { answers, device } = asking([]);
    const lost = new TransferError('timeout', 'nothing');
    expect(await answers.explained(lost, 'read')).toBe(lost);
    expect(device.heard).toEqual([]);
  });
});

test('work that is only stored yet is waited for like work that is under way', async () => {
  const { answers } = asking([{ answer: [OK, 5, SYNC] }, done()]);
  expect(await answers.finished(ERASE, 'erase')).toBe('done');
});
