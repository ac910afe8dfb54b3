import { Fault, type FaultDetails } from '@flashline/contracts';
import type Database from 'better-sqlite3';
import { isBeyondTrust, sqliteFault } from './faults.ts';

/** A prepared statement. Its row type is a promise that the STRICT schema keeps. */
export interface Statement<Parameters extends unknown[], Row> {
  run(...parameters: Parameters): void;
  get(...parameters: Parameters): Row | undefined;
  all(...parameters: Parameters): Row[];
}

/** One open database of ours. Everything it throws for SQLite is a Fault. */
export class Connection {
  readonly file: string;
  readonly #database: Database.Database;
  readonly #begin: Statement<[], never>;
  readonly #rollback: Statement<[], never>;
  /** Why this connection must not write any more. */
  #distrust: string | null = null;

  constructor(database: Database.Database) {
    this.#database = database;
    this.file = database.name;
    this.#begin = this.prepare('begin');
    this.#rollback = this.prepare('rollback');
  }

  /** Faults: DATA_DAMAGED, also when what the statement needs is no longer in the schema. */
  prepare<Parameters extends unknown[], Row = never>(sql: string): Statement<Parameters, Row> {
    try {
      return this.#database.prepare(sql) as Statement<Parameters, Row>;
    } catch (thrown) {
      throw sqliteFault(thrown, 'reading', this.file);
    }
  }

  /** Runs SQL that may hold several statements. Only inside `commit`. */
  execute(sql: string): void {
    this.#database.exec(sql);
  }

  pragma(name: string): unknown {
    return this.#database.pragma(name, { simple: true });
  }

  /** One consistent view of the database while `work` runs. Faults: DATA_DAMAGED. */
  read<T>(work: () => T): T {
    if (this.#database.inTransaction) return work();
    try {
      this.#begin.run();
      return work();
    } catch (thrown) {
      throw sqliteFault(thrown, 'reading', this.file);
    } finally {
      // There is nothing to commit, and on a damaged file a commit would fail.
      if (this.#database.inTransaction) this.#rollback.run();
    }
  }

  /** All of `work` or nothing of it, on the disk when this returns. Faults: RECORD_FAILED, and what `work` throws. */
  commit<T>(facts: FaultDetails, work: () => T): T {
    if (this.#distrust !== null) throw new Fault('RECORD_FAILED', { ...facts, reason: this.#distrust });
    try {
      return this.#database.transaction(work).immediate();
    } catch (thrown) {
      if (isBeyondTrust(thrown)) this.#distrust = `not written since an earlier error: ${String(thrown)}`;
      throw sqliteFault(thrown, 'writing', this.file, facts);
    }
  }

  close(): void {
    this.#database.close();
  }
}
