import { type Assignment, type AttemptResult, Fault } from '@flashline/contracts';
import { type Ending, endingOfFault } from './ending.ts';

/** When an attempt ran, and with what. */
export type Circumstances = Pick<AttemptResult, 'toolVersion' | 'startedAt' | 'endedAt' | 'durationMs'>;

/**
 * What is recorded of an attempt. The last gate before a pass: what was read back must be what the order intended, not only what
 * the host was given.
 */
export function provenResult(assignment: Assignment, ending: Ending, circumstances: Circumstances): AttemptResult {
  const { outcome, fault, faultDetails, board, readback, phases, transfers, locked, application } = proven(
    assignment,
    ending,
  );
  return {
    attemptId: assignment.attemptId,
    outcome,
    fault,
    faultDetails,
    board,
    readback,
    phases: [...phases],
    locked: [...locked],
    application,
    transfers,
    ...circumstances,
  };
}

function proven({ intended }: Assignment, report: Ending): Ending {
  const { outcome, readback } = report;
  if (outcome !== 'pass') return report;
  if (readback?.sha256 === intended.sha256 && readback.bytes === intended.bytes) return report;
  const fault = new Fault('IMAGE_UNAVAILABLE', { intended: intended.sha256, readback: readback?.sha256 ?? null });
  return { ...report, ...endingOfFault(fault), readback };
}
