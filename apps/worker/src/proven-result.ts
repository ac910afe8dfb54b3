import { type AttemptResult, Fault, type FaultCode, type FaultDetails, type FlashJob } from '@flashline/contracts';
import { type Ending, endingOfFault } from './ending.ts';

/** When an attempt ran, and with what. */
export type Circumstances = Pick<AttemptResult, 'toolVersion' | 'startedAt' | 'endedAt' | 'durationMs'>;

/**
 * What is recorded of an attempt. The last gate before a pass: what was read back must be what the order intended, not only what
 * the host was given, and what its recipe looks for must have been seen running.
 */
export function provenResult(job: FlashJob, ending: Ending, circumstances: Circumstances): AttemptResult {
  const proof = proven(job, ending);
  const { outcome, fault, faultDetails, board, readback, phases, transfers, locked, application } = proof;
  return {
    attemptId: job.assignment.attemptId,
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

function proven({ assignment: { intended }, recipe }: FlashJob, report: Ending): Ending {
  const { outcome, readback, application } = report;
  if (outcome !== 'pass') return report;
  if (readback?.sha256 !== intended.sha256 || readback.bytes !== intended.bytes)
    return unproven(report, 'IMAGE_UNAVAILABLE', {
      intended: intended.sha256,
      readback: readback?.sha256 ?? null,
    });
  if (recipe.application !== null && application === null)
    return unproven(report, 'STATION_BUG', { reason: 'nobody saw it run' });
  return report;
}

/** All that is known of the board stays; only that it passed does not. */
function unproven(report: Ending, code: FaultCode, details: FaultDetails): Ending {
  const { outcome, fault, faultDetails } = endingOfFault(new Fault(code, details));
  return { ...report, outcome, fault, faultDetails };
}
