import type { Ledger, LedgerReader } from '../ledger.ts';
import type { Connection } from '../sqlite/connection.ts';
import { migrationsOf, openDatabase, openDatabaseToRead } from '../sqlite/database.ts';
import { attemptLog } from './attempt-log.ts';
import { attemptTable } from './attempts.ts';
import { checkLedger } from './check/ledger-check.ts';
import { imageTable } from './images.ts';
import { orderTable } from './orders.ts';

/** Opens or creates `ledger.db` in a folder. Faults: DATA_NOT_WRITABLE, DATA_DAMAGED, DATA_IN_USE, MIGRATION_REFUSED. */
export function openLedger(folder: string): Ledger {
  return openDatabase(folder, 'ledger', ledgerOn);
}

/**
 * Opens `ledger.db` while a station may be running on it; writes nothing, takes no lock. Faults: FILE_UNREADABLE,
 * DATA_DAMAGED, MIGRATION_REFUSED.
 */
export function openLedgerReadonly(folder: string): LedgerReader {
  return openDatabaseToRead(folder, 'ledger', ledgerOn);
}

/** The ledger on an open connection. */
export function ledgerOn(connection: Connection): Ledger {
  const orders = orderTable(connection);
  return {
    ...imageTable(connection),
    ...orders.ledger,
    ...attemptTable(connection, orders),
    ...attemptLog(connection),
    check: () => checkLedger(connection, migrationsOf('ledger')),
    together: (work) => connection.commit({}, work),
    close: () => connection.close(),
  };
}
