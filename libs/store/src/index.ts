export { type DataFolderLock, lockDataFolder } from './data-folder.ts';
export type { Journal, Journalled, Seat } from './journal.ts';
export { openLedger, openLedgerReadonly } from './ledger/sqlite-ledger.ts';
export type { Ledger, LedgerCheck, LedgerReader, OrderRow } from './ledger.ts';
export { openJournal } from './sqlite-journal.ts';
