import { asFault, outcomeOf } from '@flashline/contracts';
import type { AttemptReport } from '@flashline/dfuse';
import type { EntryReport } from './hosts/host-messages.ts';

/** How an attempt ended, also when the engine never saw the board. What was intended, the one who asked for it knows. */
export type Ending = Omit<AttemptReport, 'intended'>;

/** The ending of an attempt of which nothing is known but the fault that ended it. */
export function endingOfFault(thrown: unknown): Ending {
  const { code, details } = asFault(thrown);
  return {
    outcome: outcomeOf(code),
    fault: code,
    faultDetails: details,
    board: null,
    hasOwnSerial: false,
    readback: null,
    phases: [],
    transfers: 0,
    cameUp: false,
    locked: [],
    application: null,
  };
}

/** The report of a board that could not be asked into its bootloader, or did not obey. */
export function notEntered(thrown: unknown): EntryReport {
  const { code: fault, details: faultDetails } = asFault(thrown);
  return { device: null, fault, faultDetails };
}
