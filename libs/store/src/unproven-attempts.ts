import { type AttemptResult, type FaultCode, type FlashJob, momentOf } from '@flashline/contracts';
import type { BoardName, Unproven } from './journal.ts';
import type { Connection } from './sqlite/connection.ts';

/**
 * A day: who takes up an interrupted board again does so within a shift or two. Where all boards report one serial, a single
 * interrupted one makes all of them suspect, so it is not for ever; where each has its own, it is.
 */
const UNPROVEN_MS = 24 * 60 * 60 * 1000;

/** Nobody was left to say which phases there were. */
const WITHOUT_PHASES: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'HOST_CRASHED',
  'HOST_HUNG',
  'STATION_RESTARTED',
  'STATION_BUG',
]);

/** Attempts that may have left their board half erased. Everything that changes something runs in its caller's transaction. */
export interface UnprovenAttempts {
  /** After the row in `begun`. */
  begin(attemptId: string, board: BoardName): void;
  end(job: FlashJob, result: AttemptResult): void;
  ask(board: BoardName, now: string, inSight: readonly string[]): Unproven;
}

const SAME_BOARD = `
  vendor_id = @vendorId and product_id = @productId and bcd_device = @bcdDevice and usb_serial is @usbSerial`;

/** Prepares what the journal needs to know of boards that it may have met before. */
export function unprovenAttempts(connection: Connection): UnprovenAttempts {
  const insertBoard = connection.prepare<[BoardName & { attemptId: string }]>(
    `insert into begun_board (seq, vendor_id, product_id, bcd_device, usb_serial)
     select seq, @vendorId, @productId, @bcdDevice, @usbSerial from begun where attempt_id = @attemptId`,
  );
  const forget = connection.prepare<[string]>(
    'delete from unproven where seq = (select seq from begun where attempt_id = ?)',
  );
  const latest = connection.prepare<[BoardName & { since: string; inSight: string }], { seq: number | null }>(
    `select max(seq) as seq from unproven where ${SAME_BOARD} and begun_at >= @since
     and seq not in (select seq from begun where attempt_id in (select value from json_each(@inSight)))`,
  );
  const laterPass = connection.prepare<[BoardName & { seq: number }], unknown>(
    `select 1 from begun_board join begun using (seq) join ended using (attempt_id)
     where ${SAME_BOARD} and begun_board.seq > @seq and outcome = 'pass' limit 1`,
  );

  return {
    begin: (attemptId, board) => insertBoard.run({ ...nameOf(board), attemptId }),
    end: (job, result) => {
      if (!mayHaveErased(job, result)) forget.run(result.attemptId);
    },
    ask: (board, now, inSight) => {
      const name = nameOf(board);
      const since = momentOf(Date.parse(now) - UNPROVEN_MS);
      const openSince = (moment: string) => {
        const seq = latest.get({ ...name, since: moment, inSight: JSON.stringify(inSight) })?.seq ?? null;
        return seq === null ? null : { hasPassed: laterPass.get({ ...name, seq }) !== undefined };
      };
      const recent = openSince(since);
      if (recent !== null) return recent.hasPassed ? 'before-a-pass' : 'open';
      return openSince('')?.hasPassed === false ? 'open-long-ago' : 'none';
    },
  };
}

/** True for whatever ended without a proof once an erase may have begun. Unprotecting erases before there is a phase of that name. */
function mayHaveErased({ recipe }: FlashJob, { outcome, fault, phases }: AttemptResult): boolean {
  if (outcome === 'pass') return false;
  if (recipe.unprotect || (fault !== null && WITHOUT_PHASES.has(fault))) return true;
  return phases.some(({ name }) => name === 'erase' || name === 'write');
}

/** Boards come with more than their name, which SQLite refuses to be given. */
function nameOf({ vendorId, productId, bcdDevice, usbSerial }: BoardName): BoardName {
  return { vendorId, productId, bcdDevice, usbSerial };
}
