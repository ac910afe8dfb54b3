import { join, resolve } from 'node:path';
import { Fault } from '@flashline/contracts';
import { createDataFolder } from '../data-folder.ts';
import type { Connection } from './connection.ts';
import { type Migration, migrate, pendingMigrations, readMigrations } from './migrations.ts';
import { openToRead, openToWrite } from './opening.ts';

/** A kind of database: its name is its file in a data folder and its folder of migrations. */
export type DatabaseName = keyof typeof APPLICATION_IDS;

/** Marks in the header of the file (PRAGMA application_id): "FLLG" and "FLJN" in ASCII. */
export const APPLICATION_IDS = { ledger: 0x464c_4c47, journal: 0x464c_4a4e } as const;

const MIGRATIONS_FOLDER = join(import.meta.dirname, '../../../../migrations');

/** The migrations of this version of flashline. */
export function migrationsOf(name: DatabaseName): Migration[] {
  return readMigrations(join(MIGRATIONS_FOLDER, name));
}

/** Opens or creates `<name>.db` in a folder, brings its schema up to date, and hands it to `use`. */
export function openDatabase<T>(folder: string, name: DatabaseName, use: (connection: Connection) => T): T {
  const migrations = migrationsOf(name);
  const connection = openToWrite(join(createDataFolder(folder), `${name}.db`), APPLICATION_IDS[name]);
  return orClose(connection, () => {
    migrate(connection, migrations);
    return use(connection);
  });
}

/** Opens `<name>.db` in a folder beside the process that writes it, and hands it to `use`. */
export function openDatabaseToRead<T>(folder: string, name: DatabaseName, use: (connection: Connection) => T): T {
  const connection = openToRead(join(resolve(folder), `${name}.db`), APPLICATION_IDS[name]);
  return orClose(connection, () => {
    const [pending] = connection.read(() => pendingMigrations(connection, migrationsOf(name)));
    if (pending) throw new Fault('MIGRATION_REFUSED', { file: pending.name, reason: 'not yet applied' });
    return use(connection);
  });
}

function orClose<T>(connection: Connection, prepare: () => T): T {
  try {
    return prepare();
  } catch (thrown) {
    connection.close();
    throw thrown;
  }
}
