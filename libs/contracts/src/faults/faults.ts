import { ATTEMPT_FAULTS } from './attempt-faults.ts';
import { REQUEST_FAULTS } from './request-faults.ts';

/** Every fault the product can name. `docs/faults.md` is kept equal to this table by a test. */
export const FAULTS = { ...ATTEMPT_FAULTS, ...REQUEST_FAULTS } as const;

export type FaultCode = keyof typeof FAULTS;

/** Every fault code, in the order of the catalogue. */
export const FAULT_CODES = Object.keys(FAULTS) as [FaultCode, ...FaultCode[]];

/** Small facts about one occurrence: an address, a block, a file name. Never pre-formatted prose. */
export type FaultDetails = Readonly<Record<string, string | number | boolean | null>>;

/** The one error class of the product: a code from the catalogue, and the facts of this occurrence. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly details: FaultDetails;

  constructor(code: FaultCode, details: FaultDetails = {}, options?: ErrorOptions) {
    super(`${FAULTS[code].says} (${code})`, options);
    this.name = 'Fault';
    this.code = code;
    this.details = details;
  }
}

/** What was thrown, as a fault; anything unforeseen becomes `otherwise` with its text as a detail. */
export function asFault(thrown: unknown, otherwise: FaultCode = 'STATION_BUG'): Fault {
  if (thrown instanceof Fault) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return new Fault(otherwise, { reason: text.slice(0, 500) }, { cause: thrown });
}
