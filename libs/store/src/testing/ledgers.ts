import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ledgerOn } from '../ledger/sqlite-ledger.ts';
import type { Ledger } from '../ledger.ts';
import type { Connection } from '../sqlite/connection.ts';
import { migrationsOf } from '../sqlite/database.ts';
import { migrate } from '../sqlite/migrations.ts';
import { openInMemory } from '../sqlite/opening.ts';
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

/** What `work` throws. */
export function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (thrown) {
    return thrown;
  }
  throw new Error('nothing was thrown');
}
