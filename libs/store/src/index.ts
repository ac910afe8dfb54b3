export type { Journal, Journalled } from './journal.ts';
export type { Ledger, LedgerCheck, OrderRow } from './ledger.ts';
