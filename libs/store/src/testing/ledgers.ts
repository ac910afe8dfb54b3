import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Journal } from '../journal.ts';
import { ledgerOn } from '../ledger/sqlite-ledger.ts';
import type { Ledger } from '../ledger.ts';
import type { Connection } from '../sqlite/connection.ts';
import { APPLICATION_IDS, type DatabaseName, migrationsOf } from '../sqlite/database.ts';
import { migrate } from '../sqlite/migrations.ts';
import { openInMemory, openToWrite } from '../sqlite/opening.ts';
import { journalOn } from '../sqlite-journal.ts';
import { AT, IMAGE, ORDER } from './samples.ts';

/** A folder that is removed when the test has ended. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'flashline-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An empty ledger without a file, and its connection to look behind it. */
export function memoryLedger(): { ledger: Ledger; connection: Connection } {
  const connection = openInMemory();
  migrate(connection, migrationsOf('ledger'));
  const ledger = ledgerOn(connection);
  onTestFinished(() => ledger.close());
  return { ledger, connection };
}

/** A ledger without a file in which ORDER is active. */
export function activeLedger(): { ledger: Ledger; connection: Connection } {
  const opened = memoryLedger();
  activate(opened.ledger);
  return opened;
}

/** Puts IMAGE and ORDER into a ledger and starts the order. */
export function activate(ledger: Ledger): void {
  ledger.addImage(IMAGE);
  ledger.createOrder(ORDER, AT);
  ledger.moveOrder(ORDER.id, 'start', AT);
}

/** An empty journal without a file. */
export function memoryJournal(): Journal {
  const connection = openInMemory();
  migrate(connection, migrationsOf('journal'));
  const journal = journalOn(connection);
  onTestFinished(() => journal.close());
  return journal;
}

/** A database as a version with only the first `migrations` made it, and the rows it wrote. */
export function oldDatabase(folder: string, name: DatabaseName, migrations: number, rows: string): void {
  const file = join(folder, `${name}.db`);
  const connection = openToWrite(file, APPLICATION_IDS[name]);
  migrate(connection, migrationsOf(name).slice(0, migrations));
  connection.commit({}, () => connection.execute(rows));
  connection.close();
}

/** What `work` throws. */
export function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (thrown) {
    return thrown;
  }
  throw new Error('nothing was thrown');
}
