import { asFault, Fault, type NewRuns, type StartedRuns, type WorkOrder } from '@flashline/contracts';
import type { Ledger } from '@flashline/store';
import { canTake, type Dispatcher, needsUnit, type Place } from './dispatcher.ts';
import type { Floor, KnownStation } from './floor.ts';

/** What starting runs needs. */
export interface RunParts {
  readonly ledger: Ledger;
  readonly floor: Floor;
  readonly dispatcher: Dispatcher;
}

type WantedRun = NewRuns['slots'][number];

/**
 * Starts an attempt on each of the given slots; a board that already had one gets another on the same seating. A slot that
 * cannot be started says why and stops no other. Throws NOT_FOUND or ORDER_STATE when there is no order to work on.
 */
export function startRuns(parts: RunParts, { orderId, slots }: NewRuns): StartedRuns {
  const order = orderId === undefined ? parts.ledger.activeOrder() : parts.ledger.order(orderId);
  if (order === null && orderId !== undefined) throw new Fault('NOT_FOUND', { orderId });
  if (order === null) throw new Fault('ORDER_STATE', { reason: 'no order is active' });
  return { runs: slots.map((wanted) => startRun(parts, order, wanted)) };
}

function startRun({ floor, dispatcher }: RunParts, order: WorkOrder, wanted: WantedRun): StartedRuns['runs'][number] {
  const { slot } = wanted;
  try {
    const place = placeOf(floor, order, wanted);
    if (needsUnit(order) && wanted.unit === undefined) throw new Fault('UNIT_NEEDED', { slot });
    const { attemptId } = dispatcher.assign(order, place, wanted.unit ?? null);
    return { slot, attemptId, fault: null };
  } catch (thrown) {
    return { slot, attemptId: null, fault: asFault(thrown, 'RECORD_FAILED').code };
  }
}

/** Throws SLOT_UNKNOWN, SLOT_AMBIGUOUS, SLOT_BUSY or BOARD_NOT_READY. */
function placeOf(floor: Floor, order: WorkOrder, { station, slot }: WantedRun): Place {
  const stations = floor.stations().filter((known) => known.online && (station ?? known.station) === known.station);
  const places = stations.flatMap((known) => seatedPlaces(known, slot));
  const [place, other] = places;
  if (place === undefined) throw new Fault('SLOT_UNKNOWN', { slot });
  if (other !== undefined) throw new Fault('SLOT_AMBIGUOUS', { slot });
  const { state } = place.bench;
  if (state.is === 'running') throw new Fault('SLOT_BUSY', { slot });
  // A board that passed runs its firmware: an attempt that cannot ask it back could only end as an error, and would hide the pass.
  if ('ready' in state && !canTake(order, state)) throw new Fault('BOARD_NOT_READY', { slot });
  return place;
}

/** A board that was pulled is still shown with its outcome, but nothing can be run on it. */
function seatedPlaces(station: KnownStation, slot: string): Place[] {
  return station.slots.flatMap((bench) => {
    const { state } = bench;
    if (bench.slot !== slot || !('seating' in state)) return [];
    if (state.is === 'ended' && !state.present) return [];
    return [{ station, bench, seating: state.seating }];
  });
}
