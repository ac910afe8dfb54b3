import {
  type Assignment,
  type Attempt,
  AttemptResult,
  type BoardIdentity,
  type Digest,
  type FaultCode,
  FaultDetailsShape,
  type Outcome,
  type PhaseRecord,
  RunningFirmware,
} from '@flashline/contracts';
import type { Connection } from '../sqlite/connection.ts';

/** A row of `attempt` as it is sent. */
export interface AssignmentColumns {
  readonly attempt_id: string;
  readonly seating_id: string;
  readonly station: string;
  readonly slot: string;
  readonly label: string;
  readonly order_id: string | null;
  readonly image_sha256: string;
  readonly intended_bytes: number;
  readonly intended_crc32: string;
  readonly intended_sha256: string;
  readonly unit: string | null;
  readonly simulated: number;
  readonly assigned_at: string;
}

/** A row of `result`. */
export interface ResultColumns {
  readonly attempt_id: string;
  readonly outcome: Outcome;
  readonly fault: FaultCode | null;
  readonly fault_details: string | null;
  readonly vendor_id: number | null;
  readonly product_id: number | null;
  readonly bcd_device: number | null;
  readonly layout: string | null;
  readonly usb_serial: string | null;
  readonly locked: string;
  readonly application: string | null;
  readonly readback_bytes: number | null;
  readonly readback_crc32: string | null;
  readonly readback_sha256: string | null;
  readonly transfers: number;
  readonly tool_version: string;
  readonly started_at: string;
  readonly ended_at: string;
  readonly duration_ms: number;
  readonly recorded_at: string;
}

/** A line of `attempt_log`: the outcome is null while the attempt is in work, and so is the rest of the result. */
export type LogRow = AssignmentColumns & { readonly seq: number } & (ResultColumns | { readonly outcome: null });

/** The columns that hold an assignment. */
export function columnsOfAssignment(assignment: Assignment): AssignmentColumns {
  return {
    attempt_id: assignment.attemptId,
    seating_id: assignment.seatingId,
    station: assignment.station,
    slot: assignment.slot,
    label: assignment.label,
    order_id: assignment.orderId,
    image_sha256: assignment.image,
    intended_bytes: assignment.intended.bytes,
    intended_crc32: assignment.intended.crc32,
    intended_sha256: assignment.intended.sha256,
    unit: assignment.unit,
    simulated: Number(assignment.simulated),
    assigned_at: assignment.assignedAt,
  };
}

/** The columns that hold a result, but for its phases, which are rows of their own. */
export function columnsOfResult(result: AttemptResult, recordedAt: string): ResultColumns {
  const { board, readback, faultDetails } = result;
  return {
    attempt_id: result.attemptId,
    outcome: result.outcome,
    fault: result.fault,
    fault_details: faultDetails && JSON.stringify(faultDetails),
    vendor_id: board?.vendorId ?? null,
    product_id: board?.productId ?? null,
    bcd_device: board?.bcdDevice ?? null,
    layout: board?.layout ?? null,
    usb_serial: board?.usbSerial ?? null,
    locked: JSON.stringify(result.locked),
    application: result.application && JSON.stringify(result.application),
    readback_bytes: readback?.bytes ?? null,
    readback_crc32: readback?.crc32 ?? null,
    readback_sha256: readback?.sha256 ?? null,
    transfers: result.transfers,
    tool_version: result.toolVersion,
    started_at: result.startedAt,
    ended_at: result.endedAt,
    duration_ms: result.durationMs,
    recorded_at: recordedAt,
  };
}

/** Reads the phases of a line of the log and puts the attempt together. */
export function attemptReader(connection: Connection): (row: LogRow) => Attempt {
  const phases = connection.prepare<[string], PhaseRecord>(
    'select name, ms, bytes from phase where attempt_id = ? order by position',
  );
  return (row) => attemptOf(row, phases.all(row.attempt_id));
}

function attemptOf(row: LogRow, phases: PhaseRecord[]): Attempt {
  return {
    seq: row.seq,
    attemptId: row.attempt_id,
    station: row.station,
    slot: row.slot,
    label: row.label,
    seatingId: row.seating_id,
    orderId: row.order_id,
    image: row.image_sha256,
    intended: { bytes: row.intended_bytes, crc32: row.intended_crc32, sha256: row.intended_sha256 },
    unit: row.unit,
    simulated: row.simulated === 1,
    assignedAt: row.assigned_at,
    result: row.outcome === null ? null : resultOf(row, phases),
    recordedAt: row.outcome === null ? null : row.recorded_at,
  };
}

function resultOf(row: ResultColumns, phases: PhaseRecord[]): AttemptResult {
  return {
    attemptId: row.attempt_id,
    outcome: row.outcome,
    fault: row.fault,
    faultDetails: row.fault_details === null ? null : FaultDetailsShape.parse(JSON.parse(row.fault_details)),
    board: boardOf(row),
    readback: readbackOf(row),
    phases,
    locked: AttemptResult.shape.locked.parse(JSON.parse(row.locked)),
    application: row.application === null ? null : RunningFirmware.parse(JSON.parse(row.application)),
    transfers: row.transfers,
    toolVersion: row.tool_version,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    durationMs: row.duration_ms,
  };
}

function boardOf(row: ResultColumns): BoardIdentity | null {
  const { vendor_id: vendorId, product_id: productId, bcd_device: bcdDevice } = row;
  if (vendorId === null || productId === null || bcdDevice === null) return null;
  return { vendorId, productId, bcdDevice, usbSerial: row.usb_serial, layout: row.layout };
}

function readbackOf(row: ResultColumns): Digest | null {
  const { readback_bytes: bytes, readback_crc32: crc32, readback_sha256: sha256 } = row;
  if (bytes === null || crc32 === null || sha256 === null) return null;
  return { bytes, crc32, sha256 };
}
