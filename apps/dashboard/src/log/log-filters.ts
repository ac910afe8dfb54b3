import { type Attempt, FAULT_CODES, type FaultCode, type Outcome } from '@flashline/contracts';
import { OUTCOME_WORDS } from '../words/slot-face.ts';

/** What the log is narrowed to. Empty strings narrow nothing; dates are days on the wall of this computer. */
export interface LogFilters {
  readonly search: string;
  readonly outcome: Outcome | '';
  readonly fault: FaultCode | '';
  readonly orderId: string;
  /** `station/slot`, as the bench names its slots. */
  readonly place: string;
  readonly since: string;
  readonly until: string;
}

/** A log that is not narrowed. */
export const NO_FILTERS: LogFilters = {
  search: '',
  outcome: '',
  fault: '',
  orderId: '',
  place: '',
  since: '',
  until: '',
};

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The filters in the address of the page. What makes no sense there is left out. */
export function filtersIn(query: string): LogFilters {
  const params = new URLSearchParams(query);
  const text = (name: keyof LogFilters): string => params.get(name)?.trim() ?? '';
  const day = (name: 'since' | 'until'): string => (dayStart(text(name)) === null ? '' : text(name));
  const outcome = text('outcome');
  return {
    search: text('search').slice(0, 64),
    outcome: isOutcome(outcome) ? outcome : '',
    fault: FAULT_CODES.find((code) => code === text('fault')) ?? '',
    orderId: text('orderId'),
    place: text('place'),
    since: day('since'),
    until: day('until'),
  };
}

/** The address of a page of the log; `cursor` is empty for the newest. */
export function logHref(filters: LogFilters, cursor = ''): string {
  const params = new URLSearchParams(Object.entries({ ...filters, cursor }).filter(([, value]) => value !== ''));
  return params.size === 0 ? '/log' : `/log?${params}`;
}

/** The same filters as the station's `AttemptQuery` wants them. */
export function attemptQuery(filters: LogFilters): URLSearchParams {
  const { search, outcome, fault, orderId, place, since, until } = filters;
  const [station = '', slot = ''] = place.split('/');
  const end = dayStart(until);
  const wanted = {
    search,
    outcome,
    fault,
    orderId,
    station,
    slot,
    since: dayStart(since)?.toISOString() ?? '',
    until: end === null ? '' : dayAfter(end).toISOString(),
  };
  return new URLSearchParams(Object.entries(wanted).filter(([, value]) => value !== ''));
}

/** Whether a new attempt belongs on a page with these filters; agrees with the station's own search. */
export function matches(attempt: Attempt, filters: LogFilters): boolean {
  const { search, outcome, fault, orderId, place, since, until } = filters;
  const assignedAt = new Date(attempt.assignedAt);
  const [from, end] = [dayStart(since), dayStart(until)];
  return (
    (outcome === '' || attempt.result?.outcome === outcome) &&
    (fault === '' || attempt.result?.fault === fault) &&
    (orderId === '' || attempt.orderId === orderId) &&
    (place === '' || `${attempt.station}/${attempt.slot}` === place) &&
    (from === null || assignedAt >= from) &&
    (end === null || assignedAt < dayAfter(end)) &&
    (search === '' || isFound(attempt, search.toLowerCase()))
  );
}

function isFound(attempt: Attempt, search: string): boolean {
  const ids = [attempt.attemptId, attempt.seatingId];
  const texts = [attempt.unit, attempt.result?.board?.usbSerial, attempt.label, attempt.orderId];
  return (
    ids.some((id) => id.toLowerCase().startsWith(search)) ||
    texts.some((text) => text?.toLowerCase().includes(search) === true)
  );
}

function isOutcome(text: string): text is Outcome {
  return Object.hasOwn(OUTCOME_WORDS, text);
}

/** Midnight, here, at the start of a day; null when it is not one. */
function dayStart(day: string): Date | null {
  const midnight = DAY.test(day) ? new Date(`${day}T00:00:00`) : null;
  return midnight === null || Number.isNaN(midnight.getTime()) ? null : midnight;
}

/** `until` is the first moment that is too late; days that change the clock have 23 or 25 hours. */
function dayAfter(start: Date): Date {
  return new Date(start.getFullYear(), start.getMonth(), start.getDate() + 1);
}
