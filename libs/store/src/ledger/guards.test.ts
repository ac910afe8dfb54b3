import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { activate } from '../testing/ledgers.ts';
import { AT, assignment, fail, ORDER, pass } from '../testing/samples.ts';
import { openLedger } from './sqlite-ledger.ts';

/** A shell of somebody in a hurry: whatever can be switched off is off. */
let shell: Database.Database;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flashline-guards-'));
  const ledger = openLedger(folder);
  activate(ledger);
  ledger.record(assignment(1), pass(assignment(1)), AT);
  ledger.record(assignment(2), fail(assignment(2)), AT);
  ledger.assign(assignment(3));
  ledger.close();
  shell = new Database(join(folder, 'ledger.db'));
  shell.pragma('foreign_keys = 0');
  shell.pragma('recursive_triggers = 0');
});

afterAll(() => {
  shell.close();
  rmSync(folder, { recursive: true });
});

/** Runs SQL, looks at what it did, and takes it back. */
function refusalOf(sql: string): string {
  shell.exec('begin');
  try {
    shell.exec(sql);
    return 'was not refused';
  } catch (thrown) {
    return String(thrown);
  } finally {
    shell.exec('rollback');
  }
}

function columnsOf(table: string): string[] {
  return (shell.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name);
}

/** SQL that inserts a row again with some columns changed. */
function insertAgain(table: string, where: string, changed: Record<string, string>, verb = 'insert'): string {
  const values = columnsOf(table).map((name) => changed[name] ?? name);
  return `${verb} into ${table} select ${values.join(', ')} from ${table} where ${where}`;
}

const APPEND_ONLY = ['image', 'order_event', 'attempt', 'phase', 'result'];

test.each(APPEND_ONLY)('rows of %s can be neither changed, nor deleted, nor replaced', (table) => {
  for (const name of columnsOf(table))
    expect(refusalOf(`update ${table} set ${name} = ${name}`)).toContain(`${table} is append-only`);
  expect(refusalOf(`delete from ${table}`)).toContain(`${table} is append-only`);
  expect(refusalOf(`insert or replace into ${table} select * from ${table}`)).toMatch(/append-only|sealed/);
  expect(refusalOf(`replace into ${table} select * from ${table}`)).toMatch(/append-only|sealed/);
  expect(refusalOf(`insert into ${table} select * from ${table} where true on conflict do nothing`)).toMatch(
    /append-only|sealed/,
  );
});

test('an attempt cannot be replaced through its number alone', () => {
  const other = { attempt_id: `'${'x'.repeat(36)}'` };
  expect(refusalOf(insertAgain('attempt', 'seq = 1', other, 'replace'))).toContain('attempt is append-only');
});

test('a phase cannot be added once the result is there', () => {
  const sql = `insert into phase values ('${assignment(1).attemptId}', 9, 'verify', 1, 1)`;
  expect(refusalOf(sql)).toContain('sealed');
});

/** A result for attempt 3, which is in work, as a list of columns that differ from those of attempt 1. */
function resultForThree(differences: Record<string, string>): string {
  const changed = { attempt_id: `'${assignment(3).attemptId}'`, ...differences };
  return insertAgain('result', `attempt_id = '${assignment(1).attemptId}'`, changed);
}

test('the result that the next tests break is accepted as it is', () => {
  expect(refusalOf(resultForThree({}))).toBe('was not refused');
});

test.each([
  ['read-back bytes', { readback_bytes: '1' }],
  ['read-back CRC', { readback_crc32: `'00000000'` }],
  ['read-back SHA-256', { readback_sha256: `'${'cd'.repeat(32)}'` }],
  ['no read-back', { readback_bytes: 'null', readback_crc32: 'null', readback_sha256: 'null' }],
  ['an attempt that is not there', { attempt_id: `'${'y'.repeat(36)}'` }],
])('the database itself refuses a pass with another proof: %s', (_, differences) => {
  expect(refusalOf(resultForThree(differences))).toContain('a pass needs a read-back');
});

test.each([
  ['an outcome of its own', { outcome: `'maybe'`, fault: `'BOARD_GONE'` }],
  ['a pass with a fault', { fault: `'BOARD_GONE'` }],
  ['a failure without a fault', { outcome: `'fail'` }],
  ['half a read-back', { outcome: `'fail'`, fault: `'X'`, readback_crc32: 'null' }],
  ['half a board', { product_id: 'null' }],
  ['a serial of no board', { vendor_id: 'null', product_id: 'null', bcd_device: 'null', layout: 'null' }],
  ['a local time', { ended_at: `'2026-11-22 08:00:30'` }],
  ['details that are not JSON', { fault_details: `'oops'` }],
  ['locked memory that is not JSON', { locked: `'oops'` }],
  ['locked memory that is no list', { locked: `'{}'` }],
  ['firmware that is not JSON', { application: `'oops'` }],
  ['firmware that is a list', { application: `'[]'` }],
  ['a negative number of transfers', { transfers: '-1' }],
])('the schema refuses %s', (_, differences) => {
  expect(refusalOf(resultForThree(differences))).toContain('CHECK constraint failed');
});

test('nothing of a work order changes but its state', () => {
  for (const name of columnsOf('work_order')) {
    const refusal = refusalOf(`update work_order set ${name} = ${name}`);
    if (name === 'changed_at') expect(refusal).toBe('was not refused');
    else expect(refusal, name).toContain(name === 'state' ? 'does not move this way' : 'only the state');
  }
});

test('an order whose recipe is not JSON is refused', () => {
  const changed = { seq: 'null', id: `'WO-2'`, state: `'created'`, recipe: `'oops'` };
  expect(refusalOf(insertAgain('work_order', `id = '${ORDER.id}'`, changed))).toContain('CHECK constraint failed');
});

test.each([
  [`insert into phase values ('${assignment(3).attemptId}', 0, 'polish', 1, 1)`, 'CHECK'],
  [`update work_order set quantity = 1`, 'only the state'],
  [`update work_order set simulated = 1`, 'only the state'],
  [`delete from work_order`, 'never deleted'],
  [`replace into work_order select * from work_order`, 'begins as created'],
  [`update work_order set state = 'created'`, 'does not move this way'],
  [`update work_order set state = 'closed'; update work_order set state = 'active'`, 'does not move this way'],
])('%s is refused', (sql, refusal) => {
  expect(refusalOf(sql)).toContain(refusal);
});

test('two active orders are impossible', () => {
  const changed = { seq: 'null', id: `'WO-2'`, state: `'created'` };
  const second = insertAgain('work_order', `id = '${ORDER.id}'`, changed);
  expect(refusalOf(second)).toBe('was not refused');
  expect(refusalOf(`${second}; update work_order set state = 'active' where id = 'WO-2'`)).toContain('UNIQUE');
});

test('two attempts in work on one slot are impossible', () => {
  const changed = { seq: 'null', attempt_id: `'${'z'.repeat(36)}'` };
  expect(refusalOf(insertAgain('attempt', 'seq = 3', changed))).toContain(
    'UNIQUE constraint failed: in_work.station, in_work.slot',
  );
});
