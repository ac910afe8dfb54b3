import { FAULTS, type FaultCode, type FaultDetails } from '@flashline/contracts';
import { type ChosenBus, labelOf } from '../bus-choice.ts';
import { factsOf } from '../exit.ts';

/** What went wrong with a board, if anything did. */
interface Faulty {
  readonly slot: string;
  readonly fault: FaultCode | null;
  readonly faultDetails: FaultDetails | null;
}

/** What went wrong, a line for each board; then what people do about it, a line for each kind of fault. */
export function adviceOn(bus: Pick<ChosenBus, 'slots'>, results: readonly Faulty[]): string[] {
  const facts = results.flatMap(({ slot, fault, faultDetails }) =>
    fault === null ? [] : [`${labelOf(bus, slot)}: ${fault}${factsOf(faultDetails ?? {})}`],
  );
  const kinds = new Set(results.map(({ fault }) => fault).filter((fault) => fault !== null));
  return [...facts, ...[...kinds].map((fault) => `${fault}: ${FAULTS[fault].says} ${FAULTS[fault].do}`)];
}
