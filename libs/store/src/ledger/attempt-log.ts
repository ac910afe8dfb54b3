import { type Attempt, type AttemptQuery, Fault } from '@flashline/contracts';
import type { Ledger } from '../ledger.ts';
import type { Connection } from '../sqlite/connection.ts';
import { attemptReader, type LogRow } from './attempt-rows.ts';

type Filter = Exclude<keyof AttemptQuery, 'cursor' | 'limit' | 'search'>;

const FILTERS = {
  orderId: 'order_id = @orderId',
  station: 'station = @station',
  slot: 'slot = @slot',
  unit: 'unit = @unit',
  outcome: 'outcome = @outcome',
  fault: 'fault = @fault',
  image: 'image_sha256 = @image',
  since: 'assigned_at >= @since',
  until: 'assigned_at < @until',
} as const satisfies Record<Filter, string>;

const SEARCH = String.raw`(
  attempt_id like @beginning escape '\' or seating_id like @beginning escape '\' or unit like @part escape '\'
  or usb_serial like @part escape '\' or label like @part escape '\' or order_id like @part escape '\')`;

/** Rows read at a time by those who read all of them: a statement that is still open would block the connection. */
const STEP_ROWS = 500;

type Parameters = Record<string, string | number>;

/** The log of attempts: filtered, newest first, paged by `seq`, so that rows added meanwhile move nothing. */
export function attemptLog(connection: Connection): Pick<Ledger, 'attempts' | 'eachAttempt'> {
  const attemptOf = attemptReader(connection);

  function page(query: Omit<AttemptQuery, 'cursor'>, before: number, limit: number): Attempt[] {
    const { where, parameters } = conditionsOf(query);
    const sql = `select * from attempt_log where ${where} order by seq desc limit @limit`;
    return connection.read(() =>
      connection
        .prepare<[Parameters], LogRow>(sql)
        .all({ ...parameters, before, limit })
        .map(attemptOf),
    );
  }

  return {
    attempts: (query) => {
      const found = page(query, seqBefore(query.cursor), query.limit + 1);
      const attempts = found.slice(0, query.limit);
      return { attempts, next: found.length > attempts.length ? String(attempts.at(-1)?.seq) : null };
    },
    *eachAttempt(query) {
      let before = Number.MAX_SAFE_INTEGER;
      for (;;) {
        const attempts = page(query, before, STEP_ROWS);
        yield* attempts;
        const last = attempts.at(-1);
        if (!last || attempts.length < STEP_ROWS) return;
        before = last.seq;
      }
    },
  };
}

function conditionsOf(query: Omit<AttemptQuery, 'cursor'>): { where: string; parameters: Parameters } {
  const conditions = ['seq < @before'];
  const parameters: Parameters = {};
  for (const [filter, condition] of Object.entries(FILTERS)) {
    const value = query[filter as Filter];
    if (value === undefined) continue;
    conditions.push(condition);
    parameters[filter] = value;
  }
  // Says what SQLite cannot infer from a parameter: the index of everything but passes applies.
  if (query.outcome !== undefined && query.outcome !== 'pass') conditions.push(`outcome <> 'pass'`);
  if (query.search !== undefined) {
    const literal = query.search.replaceAll(/[\\%_]/g, String.raw`\$&`);
    conditions.push(SEARCH);
    Object.assign(parameters, { beginning: `${literal}%`, part: `%${literal}%` });
  }
  return { where: conditions.join(' and '), parameters };
}

/** The cursor is the `seq` of the last attempt of the page before. */
function seqBefore(cursor: string | undefined): number {
  if (cursor === undefined) return Number.MAX_SAFE_INTEGER;
  if (!/^[1-9]\d{0,14}$/.test(cursor)) throw new Fault('REQUEST_INVALID', { field: 'cursor' });
  return Number(cursor);
}
