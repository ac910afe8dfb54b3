import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import type { LedgerCheck } from '../../ledger.ts';
import { activate, temporaryFolder, thrownBy } from '../../testing/ledgers.ts';
import { AT, assignment, fail, IMAGE, LOCKED, LOCKING, LOOKING, ORDER, pass, RUNNING } from '../../testing/samples.ts';
import { openLedger, openLedgerReadonly } from '../sqlite-ledger.ts';

const ONE = assignment(1).attemptId;

/** A folder with a ledger: three passes complete the order, one failure, one attempt without an order in work. */
function filledFolder(): string {
  const folder = temporaryFolder();
  const ledger = openLedger(folder);
  activate(ledger);
  ledger.record(assignment(4), fail(assignment(4)), AT);
  for (const each of [assignment(1), assignment(2), assignment(3)]) {
    ledger.assign(each);
    ledger.record(each, pass(each), AT);
  }
  ledger.assign(assignment(5, { orderId: null }));
  ledger.close();
  return folder;
}

function checkOf(folder: string): LedgerCheck {
  const ledger = openLedgerReadonly(folder);
  try {
    return ledger.check();
  } finally {
    ledger.close();
  }
}

/** Changes a ledger the way somebody would who wants to hide it: the triggers are back afterwards. */
function tamper(folder: string, sql: string): void {
  const shell = new Database(join(folder, 'ledger.db'));
  shell.pragma('foreign_keys = 0');
  const triggers = shell
    .prepare<[], { name: string; sql: string }>(`select name, sql from sqlite_schema where type = 'trigger'`)
    .all();
  for (const { name } of triggers) shell.exec(`drop trigger ${name}`);
  shell.exec(sql);
  for (const trigger of triggers) shell.exec(trigger.sql);
  shell.close();
}

test('a sound ledger has no problems and tells what it holds', () => {
  expect(checkOf(filledFolder())).toEqual({ images: 1, orders: 1, attempts: 5, results: 4, open: 1, problems: [] });
});

test.each([
  [
    'an attempt was taken out',
    `delete from attempt where attempt_id = '${ONE}'`,
    /refer to something.*gone after seq/s,
  ],
  ['the last attempt was taken out', 'delete from attempt where seq = 5; delete from in_work', /gone after seq: 4/],
  ['all of them were taken out', 'delete from attempt; delete from result; delete from phase', /gone after seq: 0/],
  ['a result was taken out', `delete from result where attempt_id = '${ONE}'`, new RegExp(`place among.*${ONE}`)],
  ['a reported result was taken out', `delete from result where outcome = 'fail'`, /reported with a result/],
  ['a failure was turned into a pass', `update result set outcome = 'pass', fault = null`, /passes without proof/],
  [
    'a proof was edited',
    `update result set readback_crc32 = '00000000' where readback_bytes > 0`,
    /passes without proof/,
  ],
  ['the intended digest was edited', `update attempt set intended_sha256 = '${'00'.repeat(32)}'`, /without proof/],
  ['a phase was taken out', `delete from phase where attempt_id = '${ONE}' and position = 1`, /not numbered through/],
  [
    'a phase was added',
    `insert into phase values ('${assignment(5).attemptId}', 0, 'verify', 1, 1)`,
    /without a result/,
  ],
  ['a pass was turned into a failure', `update result set outcome = 'fail', fault = 'X'`, /never had their quantity/],
  ['a count was edited', 'update order_tally set seatings = seatings + 1', /counted wrong: WO-1/],
  ['an outcome was edited', `update seating_outcome set outcome = 'pass'`, /counted outcome is wrong/],
  ['a board was moved to another order', `update attempt set order_id = 'WO-7' where seq = 1`, /not here/],
  ['a virtual board was made real', `update attempt set simulated = 1 where seq = 1`, /simulated attempts of a real/],
  ['a state was edited', `update work_order set state = 'closed'`, /another state than their events/],
  ['the first event was taken out', 'delete from order_event where seq = 1', /do not begin with their creation/],
  ['an event was taken out', 'delete from order_event where seq = 3', /another state than their events/],
  ['a slot was freed', 'delete from in_work', /place among/],
])('it is found when %s', (_, sql, problem) => {
  const folder = filledFolder();
  tamper(folder, sql);
  expect(checkOf(folder).problems.join('\n')).toMatch(problem);
});

/** A folder with a ledger in which one board was locked by its order. */
function lockedFolder(): string {
  const folder = temporaryFolder();
  const ledger = openLedger(folder);
  ledger.addImage(IMAGE);
  ledger.createOrder({ ...ORDER, recipe: LOCKING }, AT);
  ledger.moveOrder(ORDER.id, 'start', AT);
  ledger.record(assignment(1), pass(assignment(1), { locked: LOCKED }), AT);
  ledger.record(assignment(2), fail(assignment(2)), AT);
  ledger.close();
  return folder;
}

test('a board that was locked as its order says is sound, and so is one that failed before', () => {
  expect(checkOf(lockedFolder()).problems).toEqual([]);
});

test.each([
  ['that anything was locked', `update result set locked = '[]'`],
  ['that option bytes were locked', `update result set locked = json_remove(locked, '$[1]')`],
  ['that OTP was locked', `update result set locked = json_remove(locked, '$[0]')`],
])('it is found when somebody takes out %s', (_, sql) => {
  const folder = lockedFolder();
  tamper(folder, sql);
  expect(checkOf(folder).problems).toEqual([
    `passes that do not show what their work order locks: ${assignment(1).attemptId}`,
  ]);
});

test('a pass without the firmware that its order looks for is found', () => {
  const folder = temporaryFolder();
  const ledger = openLedger(folder);
  ledger.addImage(IMAGE);
  ledger.createOrder({ ...ORDER, recipe: LOOKING }, AT);
  ledger.moveOrder(ORDER.id, 'start', AT);
  ledger.record(assignment(1), pass(assignment(1), { application: RUNNING }), AT);
  ledger.record(assignment(2), fail(assignment(2)), AT);
  ledger.close();
  expect(checkOf(folder).problems).toEqual([]);
  tamper(folder, 'update result set application = null');
  expect(checkOf(folder).problems).toEqual([
    `passes that do not show the firmware that their work order looks for: ${assignment(1).attemptId}`,
  ]);
});

test.each([
  ['drop trigger result_proof', 'trigger result_proof is missing'],
  ['drop index work_order_active', 'index work_order_active is missing'],
  ['drop trigger result_proof; create trigger result_proof before insert on result begin select 1; end', 'was changed'],
  ['create trigger mine after insert on result begin delete from in_work; end', 'trigger mine does not belong here'],
])('a schema that was changed is found: %s', (sql, problem) => {
  const folder = filledFolder();
  new Database(join(folder, 'ledger.db')).exec(sql).close();
  expect(checkOf(folder).problems).toEqual([expect.stringContaining(problem)]);
});

/** Makes one page of the database, found by what is on it, unreadable. */
function damage(folder: string, content: string): void {
  const file = join(folder, 'ledger.db');
  const bytes = readFileSync(file);
  const page = Math.floor(bytes.indexOf(content) / 4096) * 4096;
  writeFileSync(file, bytes.fill(0x55, page, page + 4096));
}

test('damaged rows are findings, not a crash', () => {
  const folder = filledFolder();
  damage(folder, 'BOARD_GONE{"phase"');
  const { problems, images } = checkOf(folder);
  expect(problems[0]).toContain('integrity of the file');
  expect(images).toBe(1);
});

test('a damaged schema is DATA_DAMAGED for whoever opens it', () => {
  const folder = filledFolder();
  damage(folder, 'CREATE VIEW attempt_log');
  expect(thrownBy(() => openLedgerReadonly(folder))).toMatchObject({ code: 'DATA_DAMAGED' });
  expect(thrownBy(() => openLedger(folder))).toMatchObject({ code: 'DATA_DAMAGED' });
});

test('a schema that lacks what the product reads is DATA_DAMAGED for whoever opens it', () => {
  const folder = filledFolder();
  new Database(join(folder, 'ledger.db')).exec('drop view attempt_log').close();
  expect(thrownBy(() => openLedger(folder))).toMatchObject({ code: 'DATA_DAMAGED' });
});

test('a ledger is checked beside the process that writes it, on one moment of it, and nothing is written', () => {
  const folder = filledFolder();
  const ledger = openLedger(folder);
  const reader = openLedgerReadonly(folder);
  const before = readFileSync(join(folder, 'ledger.db'));
  const six = assignment(6, { orderId: null });
  ledger.record(six, pass(six), AT);
  expect(reader.check()).toMatchObject({ attempts: 6, results: 5, problems: [] });
  expect(reader.attempt(six.attemptId)).toEqual(ledger.attempt(six.attemptId));
  expect(readFileSync(join(folder, 'ledger.db'))).toEqual(before);
  reader.close();
  ledger.close();
});

test('a reader cannot write, whatever it is cast to', () => {
  const reader = openLedgerReadonly(filledFolder());
  expect('assign' in reader && typeof reader.assign === 'function').toBe(true);
  const assign = 'assign' in reader ? (reader.assign as (of: unknown) => unknown) : null;
  expect(thrownBy(() => assign?.(assignment(7, { orderId: null })))).toMatchObject({ code: 'RECORD_FAILED' });
  reader.close();
});

test('there is nothing to check where there is no ledger', () => {
  expect(thrownBy(() => openLedgerReadonly(temporaryFolder()))).toMatchObject({ code: 'FILE_UNREADABLE' });
});

test('the order of the sample really is complete', () => {
  const reader = openLedgerReadonly(filledFolder());
  expect(reader.order(ORDER.id)?.state).toBe('completed');
  reader.close();
});
