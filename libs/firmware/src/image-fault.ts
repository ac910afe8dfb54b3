import { Fault, type FaultDetails } from '@flashline/contracts';

/** The fault of a file that is not what its format asks for. */
export function malformed(reason: string, details: FaultDetails = {}): Fault {
  return new Fault('IMAGE_MALFORMED', { reason, ...details });
}

/** The fault of a file that has more of something than any firmware. */
export function tooLarge(limit: string, max: number): Fault {
  return new Fault('IMAGE_TOO_LARGE', { limit, max });
}
