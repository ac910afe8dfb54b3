import { asFault } from '@flashline/contracts';
import type { LedgerCheck } from '../../ledger.ts';
import type { Connection } from '../../sqlite/connection.ts';
import { type Migration, pendingMigrations, schemaBy, schemaOf } from '../../sqlite/migrations.ts';
import { CLAIMS } from './claims.ts';

const FILE = 'integrity of the file';
/** Problems of one kind that are named; the rest is counted. */
const NAMED_MAX = 5;

const COUNTS = {
  images: 'select count(*) as found from image',
  orders: 'select count(*) as found from work_order',
  attempts: 'select count(*) as found from attempt',
  results: 'select count(*) as found from result',
  open: 'select count(*) as found from attempt where attempt_id not in (select attempt_id from result)',
} as const;

/** Checks the file, its schema, and every claim the ledger makes, on one snapshot. Damage is a finding, never thrown. */
export function checkLedger(connection: Connection, migrations: readonly Migration[]): LedgerCheck {
  return connection.read(() => {
    const problems: string[] = [];
    const attempting = <T>(what: string, work: () => T, otherwise: T): T => {
      try {
        return work();
      } catch (thrown) {
        problems.push(`${what}: cannot be checked, ${asFault(thrown).details.reason ?? 'for no reason given'}`);
        return otherwise;
      }
    };
    const count = (what: keyof typeof COUNTS): number =>
      attempting(what, () => connection.prepare<[], { found: number }>(COUNTS[what]).get()?.found ?? 0, 0);

    problems.push(...attempting(FILE, () => integrityProblems(connection), []));
    problems.push(...attempting('schema', () => schemaProblems(connection, migrations), []));
    for (const { broken, sql } of CLAIMS)
      problems.push(...attempting(broken, () => brokenClaim(connection, broken, sql), []));
    return {
      images: count('images'),
      orders: count('orders'),
      attempts: count('attempts'),
      results: count('results'),
      open: count('open'),
      problems,
    };
  });
}

function integrityProblems(connection: Connection): string[] {
  return connection
    .prepare<[], { integrity_check: string }>('pragma integrity_check(20)')
    .all()
    .map((row) => row.integrity_check)
    .filter((finding) => finding !== 'ok')
    .map((finding) => `${FILE}: ${finding}`);
}

function schemaProblems(connection: Connection, migrations: readonly Migration[]): string[] {
  const problems = pendingMigrations(connection, migrations).map(({ name }) => `migration ${name} is not applied`);
  const expected = schemaBy(migrations);
  const found = schemaOf(connection);
  for (const [name, sql] of expected) {
    if (!found.has(name)) problems.push(`${name} is missing`);
    else if (found.get(name) !== sql) problems.push(`${name} was changed`);
  }
  for (const name of found.keys()) if (!expected.has(name)) problems.push(`${name} does not belong here`);
  return problems;
}

function brokenClaim(connection: Connection, broken: string, sql: string): string[] {
  const rows = connection.prepare<[], { which: string | number }>(sql).all();
  if (rows.length === 0) return [];
  const named = rows.slice(0, NAMED_MAX).map(({ which }) => which);
  return [`${broken}: ${named.join(', ')}${rows.length > NAMED_MAX ? ` and ${rows.length - NAMED_MAX} more` : ''}`];
}
