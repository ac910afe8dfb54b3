/** What must be true of every ledger. Each query finds the rows for which it is not, as `which`. */
export interface Claim {
  /** What is wrong when the query finds something. */
  readonly broken: string;
  readonly sql: string;
}

const OUTCOMES_AGAIN = `
  select order_id, simulated, seating_id, max(seq) as attempt_seq, outcome
  from attempt join result using (attempt_id) where order_id is not null group by order_id, simulated, seating_id`;
const TALLY_AGAIN = `
  select order_id, simulated, outcome, count(*) as seatings
  from (${OUTCOMES_AGAIN}) group by order_id, simulated, outcome`;
const TALLY = 'select order_id, simulated, outcome, seatings from order_tally where seatings > 0';
const OPEN_AGAIN = `
  select attempt_id, order_id, simulated, station, slot from attempt
  where origin = 'assigned' and attempt_id not in (select attempt_id from result)`;

/** The keys of rows that are in one of two queries and not in the other. */
function differing(key: string, one: string, other: string): string {
  return `
    select distinct ${key} as which from (
      select * from (select * from (${one}) except select * from (${other}))
      union all select * from (select * from (${other}) except select * from (${one})))`;
}

/** In the order in which they help: rows that refer to nothing first, counts last. */
export const CLAIMS: readonly Claim[] = [
  {
    broken: 'rows that refer to something that is not there',
    sql: `select "table" || ' row ' || ifnull(rowid, '?') || ' to ' || parent as which from pragma_foreign_key_check`,
  },
  {
    // `seq` rises by one with every row, also across rollbacks: a gap is a row that was taken out.
    broken: 'attempts are gone after seq',
    sql: `
      select seq as which from attempt as a
      where not exists (select 1 from attempt where seq = a.seq + 1)
        and seq <> (select seq from sqlite_sequence where name = 'attempt')
      union all select 0 where (select count(*) from attempt where seq = 1) = 0
        and exists (select 1 from sqlite_sequence where name = 'attempt' and seq > 0)`,
  },
  {
    broken: 'attempts that were reported with a result that is gone',
    sql: `select attempt_id as which from attempt
      where origin = 'reported' and attempt_id not in (select attempt_id from result)`,
  },
  {
    broken: 'passes without proof',
    sql: `select attempt_id as which from attempt_log where outcome = 'pass' and not ifnull(
      intended_bytes > 0 and intended_bytes = readback_bytes and intended_crc32 = readback_crc32
      and intended_sha256 = readback_sha256, 0)`,
  },
  {
    broken: 'passes that do not show what their work order locks',
    sql: `select attempt_id as which from attempt_log join work_order on id = order_id
      where outcome = 'pass' and exists (
        select 1 from json_each(recipe, '$.lock') as wanted
        where wanted.value ->> 'memory' not in (select done.value ->> 'memory' from json_each(locked) as done))`,
  },
  {
    broken: 'passes that do not show the firmware that their work order looks for',
    sql: `select attempt_id as which from attempt_log join work_order on id = order_id
      where outcome = 'pass' and application is null and recipe ->> '$.application' is not null`,
  },
  {
    broken: 'attempts with phases that are not numbered through',
    sql: `select attempt_id as which from phase
      group by attempt_id having min(position) <> 0 or max(position) <> count(*) - 1`,
  },
  {
    broken: 'phases of attempts without a result',
    sql: `select distinct attempt_id as which from phase where attempt_id not in (select attempt_id from result)`,
  },
  {
    broken: 'attempts for a work order that is not here',
    sql: `select attempt_id as which from attempt
      where order_id is not null and order_id not in (select id from work_order)`,
  },
  {
    broken: 'simulated attempts of a real order, or real ones of a simulated order',
    sql: `select attempt_id as which from attempt join work_order on id = order_id
      where attempt.simulated <> work_order.simulated`,
  },
  {
    broken: 'work orders in another state than their events tell',
    sql: `select id as which from work_order where state is not
      (select state from order_event where order_id = id order by seq desc limit 1)`,
  },
  {
    broken: 'work orders whose events do not begin with their creation',
    sql: `select id as which from work_order where 'created' is not
      (select state from order_event where order_id = id order by seq limit 1)`,
  },
  {
    // A late result may still turn a counted seating, so this counts every seating that ever passed.
    broken: 'completed work orders that never had their quantity',
    sql: `select id as which from work_order where state = 'completed' and quantity > (
      select count(distinct seating_id) from attempt_log
      where order_id = id and attempt_log.simulated = work_order.simulated and outcome = 'pass')`,
  },
  {
    broken: 'attempts whose place among those in work is wrong',
    sql: differing('attempt_id', OPEN_AGAIN, 'select attempt_id, order_id, simulated, station, slot from in_work'),
  },
  {
    broken: 'seatings whose counted outcome is wrong',
    sql: differing(
      'seating_id',
      OUTCOMES_AGAIN,
      'select order_id, simulated, seating_id, attempt_seq, outcome from seating_outcome',
    ),
  },
  { broken: 'work orders that are counted wrong', sql: differing('order_id', TALLY_AGAIN, TALLY) },
];
