import { Attempt, type AttemptResult, PHASES } from '@flashline/contracts';
import { expect, test } from 'vitest';
import { activeLedger, memoryLedger, thrownBy } from '../testing/ledgers.ts';
import { AT, assignment, DIGEST, fail, IMAGE, LATER, LOCKED, ORDER, pass, RUNNING, uuid } from '../testing/samples.ts';

const ONE = assignment(1);
const OTHER_DIGEST = { ...DIGEST, sha256: 'cd'.repeat(32) };

test('an assignment makes an attempt exist, in work, with the next number', () => {
  const { ledger } = activeLedger();
  expect(ledger.assign(ONE)).toEqual({ ...ONE, seq: 1, result: null, recordedAt: null });
  expect(ledger.assign(assignment(2)).seq).toBe(2);
  expect(ledger.openAttempts().map(({ seq }) => seq)).toEqual([1, 2]);
  expect(ledger.order(ORDER.id)?.counts).toMatchObject({ inWork: 2, left: 3 });
});

test('the same assignment again returns the first row; another one under its id is refused', () => {
  const { ledger } = activeLedger();
  const first = ledger.assign(ONE);
  expect(ledger.assign(ONE)).toEqual(first);
  expect(thrownBy(() => ledger.assign({ ...ONE, slot: '1-9' }))).toMatchObject({
    code: 'RECORD_FAILED',
    details: { attemptId: ONE.attemptId },
  });
  expect(ledger.attempts({ limit: 10 }).attempts).toEqual([first]);
});

test('an attempt and its result come back exactly as they went in', () => {
  const { ledger } = activeLedger();
  const unit = assignment(1, { unit: 'SN 0001' });
  ledger.assign(unit);
  const result = pass(unit);
  const recorded = ledger.record(unit, result, LATER);
  expect(recorded).toEqual({ attempt: { ...unit, seq: 1, result, recordedAt: LATER }, fresh: true });
  expect(ledger.attempt(unit.attemptId)).toEqual(recorded.attempt);
  expect(Attempt.parse(recorded.attempt)).toEqual(recorded.attempt);
});

test.each<[string, Partial<AttemptResult>]>([
  ['without a board', { board: null }],
  [
    'with a board that was never opened',
    { board: { vendorId: 0, productId: 0, bcdDevice: 0, usbSerial: null, layout: null } },
  ],
  ['without phases and details', { phases: [], faultDetails: null }],
  ['with details of every kind', { faultDetails: { text: 'x"y', number: 1.5, yes: true, nothing: null } }],
  ['that locked something before', { locked: LOCKED }],
  ['whose firmware was seen', { application: RUNNING }],
  ['with a read-back that differs', { fault: 'VERIFY_MISMATCH', readback: OTHER_DIGEST }],
])('a failure %s comes back exactly as it went in', (_, differences) => {
  const { ledger } = activeLedger();
  const result = fail(ONE, differences);
  expect(ledger.record(ONE, result, AT).attempt.result).toEqual(result);
  expect(ledger.check().problems).toEqual([]);
});

test('every phase that there is can be recorded, in its order', () => {
  const { ledger } = activeLedger();
  const phases = PHASES.map((name, n) => ({ name, ms: n, bytes: 0 }));
  ledger.assign(ONE);
  expect(ledger.record(ONE, pass(ONE, { phases }), AT).attempt.result?.phases).toEqual(phases);
});

test('a slot has one attempt in work; when that has ended the slot is free', () => {
  const { ledger } = activeLedger();
  ledger.assign(ONE);
  const next = assignment(2, { slot: ONE.slot });
  expect(thrownBy(() => ledger.assign(next))).toMatchObject({
    code: 'SLOT_BUSY',
    details: { station: 'line-1', slot: ONE.slot, attemptId: ONE.attemptId },
  });
  expect(ledger.assign(assignment(3, { slot: ONE.slot, station: 'line-2' })).seq).toBe(2);
  ledger.record(ONE, fail(ONE), AT);
  expect(ledger.assign(next).seq).toBe(3);
});

test('an order takes no more boards than it needs', () => {
  const { ledger } = activeLedger();
  ledger.record(ONE, pass(ONE), AT);
  ledger.assign(assignment(2));
  ledger.assign(assignment(3));
  expect(thrownBy(() => ledger.assign(assignment(4)))).toMatchObject({
    code: 'ORDER_STATE',
    details: { state: 'active', good: 1, inWork: 2, quantity: 3 },
  });
  ledger.record(assignment(2), fail(assignment(2)), AT);
  expect(ledger.assign(assignment(4)).result).toBeNull();
});

test('only an active order takes boards, and it must exist', () => {
  const { ledger } = activeLedger();
  ledger.moveOrder(ORDER.id, 'pause', AT);
  expect(thrownBy(() => ledger.assign(ONE))).toMatchObject({ code: 'ORDER_STATE', details: { state: 'paused' } });
  expect(thrownBy(() => ledger.assign({ ...ONE, orderId: 'WO-9' }))).toMatchObject({ code: 'NOT_FOUND' });
  expect(ledger.assign({ ...ONE, orderId: null }).orderId).toBeNull();
});

test('virtual boards do not go into a real order, nor real ones into a simulated order', () => {
  const { ledger } = activeLedger();
  const virtual = assignment(1, { simulated: true });
  expect(thrownBy(() => ledger.assign(virtual))).toMatchObject({ code: 'SIMULATION_MIXED' });
  ledger.moveOrder(ORDER.id, 'close', AT);
  ledger.createOrder({ ...ORDER, id: 'SIM', simulated: true }, AT);
  ledger.moveOrder('SIM', 'start', AT);
  expect(thrownBy(() => ledger.assign({ ...ONE, orderId: 'SIM' }))).toMatchObject({ code: 'SIMULATION_MIXED' });
  expect(ledger.assign({ ...virtual, orderId: 'SIM' }).simulated).toBe(true);
});

test('a simulated result that arrives for a real order is kept, does not count, and is a finding', () => {
  const { ledger } = activeLedger();
  const virtual = assignment(1, { simulated: true });
  expect(ledger.record(virtual, pass(virtual), AT).fresh).toBe(true);
  expect(ledger.order(ORDER.id)?.counts).toMatchObject({ good: 0, inWork: 0, left: 3 });
  expect(ledger.check().problems).toEqual([expect.stringContaining(virtual.attemptId)]);
});

test('the first result wins, whatever comes later', () => {
  const { ledger } = activeLedger();
  ledger.assign(ONE);
  const { attempt } = ledger.record(ONE, fail(ONE), AT);
  expect(ledger.record(ONE, pass(ONE), LATER)).toEqual({ attempt, fresh: false });
  expect(ledger.record(ONE, fail(ONE), LATER)).toEqual({ attempt, fresh: false });
  expect(ledger.check()).toMatchObject({ attempts: 1, results: 1, open: 0, problems: [] });
});

test('an attempt that the ledger never heard of is recorded whole, even while its slot works on another', () => {
  const { ledger } = activeLedger();
  ledger.assign(ONE);
  const stray = assignment(2, { slot: ONE.slot, orderId: 'lost with the disk', image: '77'.repeat(32) });
  expect(ledger.record(stray, pass(stray), AT)).toMatchObject({ attempt: { seq: 2, ...stray }, fresh: true });
  expect(ledger.openAttempts().map(({ attemptId }) => attemptId)).toEqual([ONE.attemptId]);
});

test.each<[string, Partial<AttemptResult>]>([
  ['other bytes', { readback: OTHER_DIGEST }],
  ['fewer bytes', { readback: { ...DIGEST, bytes: DIGEST.bytes - 1 } }],
  ['another CRC', { readback: { ...DIGEST, crc32: '00000000' } }],
  ['no read-back', { readback: null }],
  ['a fault', { fault: 'VERIFY_MISMATCH' }],
])('a pass with %s is refused whole', (_, differences) => {
  const { ledger } = activeLedger();
  ledger.assign(ONE);
  expect(thrownBy(() => ledger.record(ONE, pass(ONE, differences), AT))).toMatchObject({
    code: 'RECORD_FAILED',
    details: { attemptId: ONE.attemptId },
  });
  const stray = assignment(2);
  expect(thrownBy(() => ledger.record(stray, pass(stray, differences), AT))).toMatchObject({ code: 'RECORD_FAILED' });
  expect(ledger.attempt(stray.attemptId)).toBeNull();
  expect(ledger.check()).toMatchObject({ attempts: 1, results: 0, open: 1, problems: [] });
});

test('proving that nothing was written is not a pass', () => {
  const { ledger } = activeLedger();
  const empty = assignment(1, { intended: { ...DIGEST, bytes: 0 } });
  expect(thrownBy(() => ledger.record(empty, pass(empty), AT))).toMatchObject({ code: 'RECORD_FAILED' });
});

test('the result of another attempt, or of another assignment, is refused', () => {
  const { ledger } = activeLedger();
  ledger.assign(ONE);
  const others = pass(assignment(2));
  expect(thrownBy(() => ledger.record(ONE, others, AT))).toMatchObject({ code: 'RECORD_FAILED' });
  const elsewhere = { ...ONE, seatingId: uuid(77) };
  expect(thrownBy(() => ledger.record(elsewhere, pass(elsewhere), AT))).toMatchObject({ code: 'RECORD_FAILED' });
  expect(ledger.attempt(ONE.attemptId)?.result).toBeNull();
});

test('an order is completed by the result that makes its quantity, also while it is paused', () => {
  const { ledger } = activeLedger();
  for (const each of [ONE, assignment(2), assignment(3)]) ledger.assign(each);
  ledger.moveOrder(ORDER.id, 'pause', AT);
  ledger.record(ONE, pass(ONE), AT);
  ledger.record(assignment(2), pass(assignment(2)), AT);
  expect(ledger.order(ORDER.id)?.state).toBe('paused');
  ledger.record(assignment(3), pass(assignment(3)), LATER);
  expect(ledger.order(ORDER.id)).toMatchObject({ state: 'completed', changedAt: LATER, counts: { good: 3, left: 0 } });
  expect(ledger.check().problems).toEqual([]);
});

test('a closed order stays closed when late results fill it', () => {
  const { ledger } = activeLedger();
  for (const each of [ONE, assignment(2), assignment(3)]) ledger.assign(each);
  ledger.moveOrder(ORDER.id, 'close', AT);
  for (const each of [ONE, assignment(2), assignment(3)]) ledger.record(each, pass(each), AT);
  expect(ledger.order(ORDER.id)).toMatchObject({ state: 'closed', counts: { good: 3 } });
});

test('an order that got more than its quantity has nothing left, not less than nothing', () => {
  const { ledger } = activeLedger();
  for (const each of [1, 2, 3, 4].map((number) => assignment(number))) ledger.record(each, pass(each), AT);
  expect(ledger.order(ORDER.id)).toMatchObject({ state: 'completed', counts: { good: 4, left: 0 } });
  expect(ledger.check().problems).toEqual([]);
});

test('a board that passed on its second try is good, not bad; results in the wrong order do not change that', () => {
  const { ledger } = activeLedger();
  const second = assignment(2, { seatingId: ONE.seatingId, slot: '1-8' });
  ledger.assign(ONE);
  ledger.assign(second);
  ledger.record(second, pass(second), AT);
  ledger.record(ONE, fail(ONE), AT);
  expect(ledger.order(ORDER.id)?.counts).toEqual({ good: 1, bad: 0, errors: 0, aborted: 0, inWork: 0, left: 2 });
  expect(ledger.lastAttempt('line-1', ONE.seatingId)?.attemptId).toBe(second.attemptId);
});

test('every outcome has its count', () => {
  const { ledger } = activeLedger();
  const [bad, error, aborted] = [assignment(2), assignment(3), assignment(4)];
  ledger.record(ONE, pass(ONE), AT);
  ledger.record(bad, fail(bad), AT);
  ledger.record(error, fail(error, { outcome: 'error', fault: 'HOST_CRASHED' }), AT);
  ledger.record(aborted, fail(aborted, { outcome: 'aborted', fault: 'CANCELLED' }), AT);
  expect(ledger.order(ORDER.id)?.counts).toEqual({ good: 1, bad: 1, errors: 1, aborted: 1, inWork: 0, left: 2 });
});

test('what is not there is null', () => {
  const { ledger } = memoryLedger();
  ledger.addImage(IMAGE);
  expect(ledger.attempt(uuid(1))).toBeNull();
  expect(ledger.lastAttempt('line-1', uuid(1))).toBeNull();
  expect(ledger.openAttempts()).toEqual([]);
});
