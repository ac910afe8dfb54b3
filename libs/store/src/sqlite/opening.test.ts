import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test, vi } from 'vitest';
import { temporaryFolder, thrownBy } from '../testing/ledgers.ts';
import { openToRead, openToWrite } from './opening.ts';

const OURS = 0x1234_5678;

function fileIn(folder: string): string {
  return join(folder, 'some.db');
}

test('every commit waits for the disk: synchronous is FULL before and after the first write', () => {
  const connection = openToWrite(fileIn(temporaryFolder()), OURS);
  expect(connection.pragma('synchronous')).toBe(2);
  connection.commit({}, () => connection.execute('create table t (a integer) strict'));
  expect(connection.pragma('synchronous')).toBe(2);
  connection.close();
});

test('a database opened again has all settings again', () => {
  const file = fileIn(temporaryFolder());
  openToWrite(file, OURS).close();
  const connection = openToWrite(file, OURS);
  const settings = [
    'journal_mode',
    'synchronous',
    'foreign_keys',
    'recursive_triggers',
    'trusted_schema',
    'busy_timeout',
    'cache_size',
  ];
  expect(settings.map((name) => connection.pragma(name))).toEqual(['wal', 2, 1, 1, 0, 100, -2048]);
  connection.close();
});

test('a file that is no database is DATA_DAMAGED and stays as it is', () => {
  const file = fileIn(temporaryFolder());
  writeFileSync(file, 'a letter to my grandmother, '.repeat(100));
  expect(thrownBy(() => openToWrite(file, OURS))).toMatchObject({ code: 'DATA_DAMAGED', details: { file } });
  expect(readFileSync(file, 'utf8')).toBe('a letter to my grandmother, '.repeat(100));
});

test('the database of another program is DATA_DAMAGED and stays as it is', () => {
  const file = fileIn(temporaryFolder());
  new Database(file).exec('create table recipe (cake text)').close();
  const before = readFileSync(file);
  expect(thrownBy(() => openToWrite(file, OURS))).toMatchObject({ code: 'DATA_DAMAGED', details: { file } });
  expect(readFileSync(file)).toEqual(before);
});

test('a database of ours that lost its tail is DATA_DAMAGED', () => {
  const file = fileIn(temporaryFolder());
  const connection = openToWrite(file, OURS);
  connection.commit({}, () => connection.execute('create table t (a text) strict; create table u (a text) strict'));
  connection.close();
  writeFileSync(file, readFileSync(file).subarray(0, 4096));
  expect(thrownBy(() => openToWrite(file, OURS))).toMatchObject({ code: 'DATA_DAMAGED', details: { file } });
});

test('reading what is not there is FILE_UNREADABLE and makes no file', () => {
  const file = fileIn(temporaryFolder());
  expect(thrownBy(() => openToRead(file, OURS))).toMatchObject({ code: 'FILE_UNREADABLE', details: { file } });
});

test('a database that another process holds is DATA_IN_USE at the start, without waiting long', () => {
  const file = fileIn(temporaryFolder());
  openToWrite(file, OURS).close();
  const other = new Database(file);
  other.exec('begin exclusive');
  expect(thrownBy(() => openToWrite(file, OURS))).toMatchObject({ code: 'DATA_IN_USE' });
  other.close();
});

test('a full disk is RECORD_FAILED, nothing of the transaction stays, and it goes on when there is room', () => {
  const connection = openToWrite(fileIn(temporaryFolder()), OURS);
  connection.commit({}, () => connection.execute('create table t (a text) strict'));
  const insert = connection.prepare<[string], never>('insert into t values (?)');
  const count = connection.prepare<[], { rows: number }>('select count(*) as rows from t');
  connection.pragma(`max_page_count = ${String(connection.pragma('page_count'))}`);
  const fill = (): void => connection.commit({ attemptId: 'a' }, () => insert.run('x'.repeat(100_000)));

  const fault = thrownBy(fill);
  expect(fault).toMatchObject({ code: 'RECORD_FAILED', details: { attemptId: 'a' } });
  expect(fault).toHaveProperty('details.reason', expect.stringContaining('SQLITE_FULL'));
  expect(count.get()).toEqual({ rows: 0 });
  connection.pragma('max_page_count = 100000');
  fill();
  expect(count.get()).toEqual({ rows: 1 });
  connection.close();
});

test.each(['SQLITE_IOERR_FSYNC', 'SQLITE_CORRUPT'])('after %s the connection never writes again', (code) => {
  const connection = openToWrite(fileIn(temporaryFolder()), OURS);
  const broken = thrownBy(() =>
    connection.commit({}, () => {
      throw new Database.SqliteError('injected', code);
    }),
  );
  expect(broken).toMatchObject({ code: 'RECORD_FAILED' });
  const work = vi.fn();
  expect(thrownBy(() => connection.commit({}, work))).toMatchObject({ code: 'RECORD_FAILED' });
  expect(work).not.toHaveBeenCalled();
  connection.close();
});
