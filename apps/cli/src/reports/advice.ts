import { FAULTS, type FaultCode, type FaultDetails } from '@flashline/contracts';
import { factsOf } from '../exit.ts';

/** What went wrong with a board, if anything did. */
interface Faulty {
  readonly label: string;
  readonly fault: FaultCode | null;
  readonly faultDetails: FaultDetails | null;
}

/** What went wrong, a line for each board; then what people do about it, a line for each kind of fault. */
export function adviceOn(results: readonly Faulty[]): string[] {
  const facts = results.flatMap(({ label, fault, faultDetails }) =>
    fault === null ? [] : [`${label}: ${fault}${factsOf(faultDetails ?? {})}`],
  );
  const kinds = new Set(results.map(({ fault }) => fault).filter((fault) => fault !== null));
  return [...facts, ...[...kinds].map((fault) => `${fault}: ${FAULTS[fault].says} ${FAULTS[fault].do}`)];
}
