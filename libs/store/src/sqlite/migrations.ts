import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Fault } from '@flashline/contracts';
import type { Connection } from './connection.ts';
import { openInMemory } from './opening.ts';

/** One step of a schema: a numbered file of plain SQL. */
export interface Migration {
  /** File name, such as `0001_ledger.sql`. */
  readonly name: string;
  readonly sha256: string;
  readonly sql: string;
}

type Applied = Omit<Migration, 'sql'>;

const NAME = /^(\d{4})_[a-z0-9-]+\.sql$/;
const TABLE = `create table migration (
  number integer primary key check (number > 0),
  name   text not null unique,
  sha256 text not null
) strict`;

/** The migrations in a folder, in their order. They are numbered from 1 without gaps. Faults: MIGRATION_REFUSED. */
export function readMigrations(folder: string): Migration[] {
  const names = readdirSync(folder).sort();
  return names.map((name, index) => {
    if (Number(NAME.exec(name)?.[1]) !== index + 1) refuse(name, `expected number ${index + 1} in ${basename(folder)}`);
    // Git may check text out with CRLF; that does not make it another migration.
    const sql = readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n');
    return { name, sha256: createHash('sha256').update(sql).digest('hex'), sql };
  });
}

/** Brings a database up to date, one transaction for each migration. Faults: MIGRATION_REFUSED, RECORD_FAILED. */
export function migrate(connection: Connection, migrations: readonly Migration[]): void {
  const pending = pendingMigrations(connection, migrations);
  for (const { name, sha256, sql } of pending) {
    connection.commit({ migration: name }, () => {
      if (!hasTable(connection)) connection.execute(TABLE);
      connection.execute(sql);
      connection.prepare<[string, string]>('insert into migration (name, sha256) values (?, ?)').run(name, sha256);
    });
  }
}

/** What a database still needs. Faults: MIGRATION_REFUSED when what it has is not exactly the beginning of `migrations`. */
export function pendingMigrations(connection: Connection, migrations: readonly Migration[]): Migration[] {
  const applied = appliedMigrations(connection);
  for (const [index, { name, sha256 }] of applied.entries()) {
    const ours = migrations[index];
    if (ours?.name === name && ours.sha256 === sha256) continue;
    if (ours?.name === name) refuse(name, 'edited after it was applied');
    if (migrations.some((migration) => migration.name === name)) refuse(name, 'applied in another order');
    refuse(name, index < migrations.length ? 'missing in this version' : 'applied by a newer version');
  }
  return migrations.slice(applied.length);
}

/** Everything that a database holds in its schema, as text that can be compared. */
export function schemaOf(connection: Connection): Map<string, string> {
  const rows = connection
    .prepare<[], { name: string; sql: string }>(
      `select type || ' ' || name as name, ifnull(sql, '') as sql from sqlite_schema where name not glob 'sqlite_*'`,
    )
    .all();
  return new Map(rows.map(({ name, sql }) => [name, sql]));
}

/** The schema that these migrations make. */
export function schemaBy(migrations: readonly Migration[]): Map<string, string> {
  const blank = openInMemory();
  migrate(blank, migrations);
  const schema = schemaOf(blank);
  blank.close();
  return schema;
}

function appliedMigrations(connection: Connection): Applied[] {
  if (!hasTable(connection)) return [];
  return connection.prepare<[], Applied>('select name, sha256 from migration order by number').all();
}

function hasTable(connection: Connection): boolean {
  return connection.prepare<[], unknown>(`select 1 from sqlite_schema where name = 'migration'`).get() !== undefined;
}

function refuse(file: string, reason: string): never {
  throw new Fault('MIGRATION_REFUSED', { file, reason });
}
