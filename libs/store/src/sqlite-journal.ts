import { Fault, FlashJob, ResultReport, Seating } from '@flashline/contracts';
import type { Journal, Journalled, Seat } from './journal.ts';
import type { Connection } from './sqlite/connection.ts';
import { openDatabase } from './sqlite/database.ts';
import { unprovenAttempts } from './unproven-attempts.ts';

/** Opens or creates `journal.db` in a folder. Faults: DATA_NOT_WRITABLE, DATA_DAMAGED, DATA_IN_USE, MIGRATION_REFUSED. */
export function openJournal(folder: string): Journal {
  return openDatabase(folder, 'journal', journalOn);
}

/** The journal on an open connection. */
export function journalOn(connection: Connection): Journal {
  const statements = statementsOf(connection);
  const unproven = unprovenAttempts(connection);

  function look(attemptId: string): Journalled {
    const ended = statements.reports.get(attemptId);
    if (ended) return { is: 'ended', report: parsed(ResultReport, ended.report, connection.file) };
    const begun = statements.jobs.get(attemptId);
    if (begun) return { is: 'begun', job: parsed(FlashJob, begun.job, connection.file) };
    return { is: 'unknown' };
  }

  function putSeat({ slot, seating, attemptId, address }: Seat): void {
    statements.replaceSeat.run(slot, JSON.stringify(seating), attemptId, address);
  }

  return {
    together: (work) => connection.commit({}, work),
    begin: (job, seat, at) => {
      const { attemptId, station, slot, seatingId } = job.assignment;
      return connection.commit({ attemptId }, () => {
        if (look(attemptId).is !== 'unknown') return false;
        statements.insertBegun.run(attemptId, station, slot, seatingId, JSON.stringify(job), at);
        unproven.begin(attemptId, seat.seating.board);
        putSeat(seat);
        return true;
      });
    },
    move: (seat) => {
      connection.commit({ slot: seat.slot }, () => putSeat(seat));
    },
    seats: () =>
      connection.read(() =>
        statements.allSeats.all().map(({ slot, seating, attempt_id: attemptId, address }) => ({
          slot,
          seating: parsed(Seating, seating, connection.file),
          attemptId,
          address,
        })),
      ),
    end: (report, at) => {
      const { attemptId, outcome } = report.result;
      return connection.commit({ attemptId }, () => {
        const known = look(attemptId);
        if (known.is === 'ended') return known.report;
        statements.insertEnded.run(attemptId, outcome, JSON.stringify(report), at);
        if (known.is === 'begun') unproven.end(known.job, report.result);
        return report;
      });
    },
    look: (attemptId) => connection.read(() => look(attemptId)),
    unproven: (board, now, inSight = []) => connection.read(() => unproven.ask(board, now, inSight)),
    begun: () =>
      connection.read(() => statements.unended.all().map(({ job }) => parsed(FlashJob, job, connection.file))),
    outbox: (limit) =>
      connection.read(() =>
        statements.waiting.all(limit).map(({ report }) => parsed(ResultReport, report, connection.file)),
      ),
    acknowledge: (attemptIds, at) => {
      connection.commit({}, () => {
        for (const attemptId of attemptIds) statements.acknowledgeOne.run(at, attemptId);
      });
    },
    close: () => connection.close(),
  };
}

interface SeatRow {
  readonly slot: string;
  readonly seating: string;
  readonly attempt_id: string;
  readonly address: number;
}

/** Every statement of the journal, prepared once. */
function statementsOf(connection: Connection) {
  return {
    jobs: connection.prepare<[string], { job: string }>('select job from begun where attempt_id = ?'),
    reports: connection.prepare<[string], { report: string }>('select report from ended where attempt_id = ?'),
    insertBegun: connection.prepare<[string, string, string, string, string, string]>(
      'insert into begun (attempt_id, station, slot, seating_id, job, begun_at) values (?, ?, ?, ?, ?, ?)',
    ),
    replaceSeat: connection.prepare<[string, string, string, number]>(
      `insert into seat (slot, seating, attempt_id, address) values (?, ?, ?, ?) on conflict (slot)
     do update set seating = excluded.seating, attempt_id = excluded.attempt_id, address = excluded.address`,
    ),
    allSeats: connection.prepare<[], SeatRow>('select slot, seating, attempt_id, address from seat order by slot'),
    insertEnded: connection.prepare<[string, string, string, string]>(
      'insert into ended (attempt_id, outcome, report, ended_at) values (?, ?, ?, ?)',
    ),
    unended: connection.prepare<[], { job: string }>(
      'select job from begun where attempt_id not in (select attempt_id from ended) order by seq',
    ),
    waiting: connection.prepare<[number], { report: string }>(
      'select report from outbox join ended using (attempt_id) order by outbox.seq limit ?',
    ),
    acknowledgeOne: connection.prepare<[string, string]>(
      'insert into acknowledged (attempt_id, acknowledged_at) select attempt_id, ? from outbox where attempt_id = ?',
    ),
  };
}

/** A row of JSON that does not parse any more is damage, not a bug: the file is outside of us between two starts. */
function parsed<T>(shape: { parse(value: unknown): T }, text: string, file: string): T {
  try {
    return shape.parse(JSON.parse(text));
  } catch (thrown) {
    throw new Fault('DATA_DAMAGED', { file, reason: 'a row of the journal makes no sense' }, { cause: thrown });
  }
}
