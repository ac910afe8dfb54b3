import { type Assignment, type Attempt, type AttemptResult, Fault, type PhaseRecord } from '@flashline/contracts';
import type { Ledger } from '../ledger.ts';
import type { Connection } from '../sqlite/connection.ts';
import { firstDifference } from '../sqlite/row-difference.ts';
import {
  type AssignmentColumns,
  attemptReader,
  columnsOfAssignment,
  columnsOfResult,
  type LogRow,
  type ResultColumns,
} from './attempt-rows.ts';
import type { OrderTable } from './orders.ts';

/** `reported`: first heard of together with its result, for example after the ledger was restored from a backup. */
type Origin = 'assigned' | 'reported';
type AttemptTable = Pick<Ledger, 'assign' | 'record' | 'openAttempts' | 'attempt' | 'lastAttempt'>;

const INSERT_ATTEMPT = `
  insert into attempt
    (attempt_id, seating_id, station, slot, label, order_id, image_sha256, intended_bytes, intended_crc32,
     intended_sha256, unit, simulated, assigned_at, origin)
  values
    (@attempt_id, @seating_id, @station, @slot, @label, @order_id, @image_sha256, @intended_bytes, @intended_crc32,
     @intended_sha256, @unit, @simulated, @assigned_at, @origin)`;
const INSERT_PHASE =
  'insert into phase (attempt_id, position, name, ms, bytes) values (@attemptId, @position, @name, @ms, @bytes)';
const INSERT_RESULT = `
  insert into result
    (attempt_id, outcome, fault, fault_details, vendor_id, product_id, bcd_device, layout, usb_serial, locked,
     application, readback_bytes, readback_crc32, readback_sha256, transfers, tool_version, started_at, ended_at, duration_ms,
     recorded_at)
  values
    (@attempt_id, @outcome, @fault, @fault_details, @vendor_id, @product_id, @bcd_device, @layout, @usb_serial, @locked,
     @application, @readback_bytes, @readback_crc32, @readback_sha256, @transfers, @tool_version, @started_at, @ended_at, @duration_ms,
     @recorded_at)`;

/** Assigning and recording attempts, and finding single ones. */
export function attemptTable(connection: Connection, orders: OrderTable): AttemptTable {
  const insertAttempt = connection.prepare<[AssignmentColumns & { origin: Origin }]>(INSERT_ATTEMPT);
  const insertPhase = connection.prepare<[PhaseRecord & { attemptId: string; position: number }]>(INSERT_PHASE);
  const insertResult = connection.prepare<[ResultColumns]>(INSERT_RESULT);
  const occupant = connection.prepare<[string, string], { attemptId: string }>(
    'select attempt_id as attemptId from in_work where station = ? and slot = ?',
  );
  const byId = connection.prepare<[string], LogRow>('select * from attempt_log where attempt_id = ?');
  const lastOfSeating = connection.prepare<[string, string], LogRow>(
    'select * from attempt_log where station = ? and seating_id = ? order by seq desc limit 1',
  );
  const inWork = connection.prepare<[], LogRow>(
    'select attempt_log.* from in_work cross join attempt_log using (attempt_id) order by seq',
  );
  const attemptOf = attemptReader(connection);

  function attemptOrNull(row: LogRow | undefined): Attempt | null {
    return row ? attemptOf(row) : null;
  }

  function insert(assignment: Assignment, origin: Origin): Attempt {
    insertAttempt.run({ ...columnsOfAssignment(assignment), origin });
    return existing(assignment.attemptId);
  }

  function existing(attemptId: string): Attempt {
    const attempt = attemptOrNull(byId.get(attemptId));
    if (attempt === null) throw new Fault('RECORD_FAILED', { attemptId, reason: 'the row is not there' });
    return attempt;
  }

  /** The phases go first: the result seals them. */
  function finish(result: AttemptResult, at: string): Attempt {
    const { attemptId } = result;
    for (const [position, phase] of result.phases.entries()) insertPhase.run({ ...phase, attemptId, position });
    insertResult.run(columnsOfResult(result, at));
    return existing(attemptId);
  }

  return {
    assign: (assignment) =>
      connection.commit({ attemptId: assignment.attemptId }, () => {
        const known = attemptOrNull(byId.get(assignment.attemptId));
        if (known !== null) return same(assignment, known);
        const { station, slot } = assignment;
        const occupied = occupant.get(station, slot);
        if (occupied) throw new Fault('SLOT_BUSY', { station, slot, attemptId: occupied.attemptId });
        admit(assignment, orders);
        return insert(assignment, 'assigned');
      }),
    record: (assignment, result, at) =>
      connection.commit({ attemptId: assignment.attemptId }, () => {
        const known = attemptOrNull(byId.get(assignment.attemptId));
        const attempt = known === null ? insert(assignment, 'reported') : same(assignment, known);
        if (attempt.result !== null) return { attempt, fresh: false };
        if (result.attemptId !== attempt.attemptId)
          throw mixedUp(attempt.attemptId, 'the result is of another attempt');
        const finished = finish(result, at);
        if (assignment.orderId !== null) orders.completeWhenMade(assignment.orderId, at);
        return { attempt: finished, fresh: true };
      }),
    openAttempts: () => connection.read(() => inWork.all().map(attemptOf)),
    attempt: (attemptId) => connection.read(() => attemptOrNull(byId.get(attemptId))),
    lastAttempt: (station, seatingId) => connection.read(() => attemptOrNull(lastOfSeating.get(station, seatingId))),
  };
}

/** Throws unless the order, if there is one, may have one more board in work. */
function admit({ orderId, simulated }: Assignment, orders: OrderTable): void {
  if (orderId === null) return;
  const order = orders.find(orderId);
  if (order === null) throw new Fault('NOT_FOUND', { order: orderId });
  if (order.simulated !== simulated)
    throw new Fault('SIMULATION_MIXED', { order: orderId, simulated: order.simulated });
  const { state, quantity } = order;
  const { good, inWork } = order.counts;
  if (state !== 'active' || good + inWork >= quantity)
    throw new Fault('ORDER_STATE', { order: orderId, state, good, inWork, quantity });
}

/** The stored attempt, when what was sent again under its id is what it holds. */
function same(sent: Assignment, stored: Attempt): Attempt {
  const differs = firstDifference(columnsOfAssignment(sent), columnsOfAssignment(stored));
  if (differs === null) return stored;
  throw mixedUp(stored.attemptId, `another attempt has this id: its ${differs} differs`);
}

function mixedUp(attemptId: string, reason: string): Fault {
  return new Fault('RECORD_FAILED', { attemptId, reason });
}
