import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { Fault } from '@flashline/contracts';
import Database from 'better-sqlite3';
import { Connection } from './connection.ts';
import { sqliteFault } from './faults.ts';

/** Milliseconds. better-sqlite3 is synchronous: whoever waits for a lock stops every slot of the station. */
const BUSY_TIMEOUT_MS = 100;

/** On every connection, and read back: SQLite ignores what it does not know or cannot do. */
const PRAGMAS = {
  busy_timeout: BUSY_TIMEOUT_MS,
  foreign_keys: 1,
  // Without it, INSERT OR REPLACE deletes rows behind the back of the delete triggers.
  recursive_triggers: 1,
  trusted_schema: 0,
  // FULL. better-sqlite3 is built to fall back to NORMAL at the first write in WAL mode, which loses commits with the power.
  synchronous: 2,
  // macOS: fsync alone leaves the bytes in the cache of the drive.
  fullfsync: 1,
  // In KiB, hence negative. better-sqlite3 is built for 16 MB: 10,000 boards fill that, and only a search over very many gains.
  cache_size: -2048,
} as const;

/** Opens or creates a database that this process alone writes. Faults: DATA_NOT_WRITABLE, DATA_DAMAGED, DATA_IN_USE. */
export function openToWrite(file: string, applicationId: number): Connection {
  return opened(file, {}, 'opening', (database) => {
    refuseForeign(database, applicationId);
    database.pragma('journal_mode = wal');
    for (const [name, value] of Object.entries(PRAGMAS)) database.pragma(`${name} = ${value}`);
    // The first write of every connection: from here on the settings are what they will be.
    database.pragma(`application_id = ${applicationId}`);
    assertPragma(database, 'journal_mode', 'wal');
    for (const [name, value] of Object.entries(PRAGMAS)) assertPragma(database, name, value);
  });
}

/** Opens a database that another process may be writing, and changes nothing. Faults: FILE_UNREADABLE, DATA_DAMAGED. */
export function openToRead(file: string, applicationId: number): Connection {
  // For a folder that is missing the binding throws something that is no error of SQLite.
  if (!existsSync(file)) throw new Fault('FILE_UNREADABLE', { file, reason: 'there is no such file' });
  return opened(file, { readonly: true, fileMustExist: true }, 'opening to read', (database) => {
    refuseForeign(database, applicationId);
    database.pragma('trusted_schema = 0');
  });
}

/** An empty database that is gone when it is closed. */
export function openInMemory(): Connection {
  return new Connection(new Database(':memory:'));
}

/** Holds a lock on a file, across processes, until it is released or this process ends in any way. Faults: DATA_IN_USE, DATA_NOT_WRITABLE. */
export function holdExclusively(file: string): () => void {
  const database = open(file, { timeout: 0 }, 'opening');
  try {
    // Nothing is ever written, so no journal file needs to lie around.
    database.pragma('journal_mode = memory');
    database.exec('begin exclusive');
  } catch (thrown) {
    database.close();
    throw sqliteFault(thrown, 'opening', file);
  }
  // A database that nothing refers to is closed by the garbage collector, and the lock with it.
  held.add(database);
  return () => {
    held.delete(database);
    database.close();
  };
}

const held = new Set<Database.Database>();

function opened(
  file: string,
  options: Database.Options,
  doing: 'opening' | 'opening to read',
  settle: (database: Database.Database) => void,
): Connection {
  const database = open(file, { timeout: BUSY_TIMEOUT_MS, ...options }, doing);
  try {
    settle(database);
    return new Connection(database);
  } catch (thrown) {
    database.close();
    throw sqliteFault(thrown, doing, file);
  }
}

function open(file: string, options: Database.Options, doing: 'opening' | 'opening to read'): Database.Database {
  try {
    return new Database(file, options);
  } catch (thrown) {
    throw sqliteFault(thrown, doing, file);
  }
}

/** Before anything is written: a database that holds something and is not marked as ours is left as it is. */
function refuseForeign(database: Database.Database, applicationId: number): void {
  const found = database.pragma('application_id', { simple: true });
  if (found === applicationId) return;
  const objects = database.prepare<[], number>('select count(*) from sqlite_schema').pluck().get();
  if (found === 0 && objects === 0 && !database.readonly) return;
  throw new Fault('DATA_DAMAGED', {
    folder: dirname(database.name),
    file: database.name,
    reason: 'not made by flashline',
  });
}

function assertPragma(database: Database.Database, name: string, wanted: string | number): void {
  const found = database.pragma(name, { simple: true });
  if (found === wanted) return;
  const reason = `${name} is ${String(found)}, not ${wanted}`;
  throw new Fault('DATA_NOT_WRITABLE', { folder: dirname(database.name), file: database.name, reason });
}
