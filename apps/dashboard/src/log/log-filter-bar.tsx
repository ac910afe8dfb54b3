import { FAULT_CODES, type FaultCode, type Outcome } from '@flashline/contracts';
import { useComputed } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { keyOf } from '../live/bench.ts';
import { bench } from '../live/this-bench.ts';
import { orders } from '../orders/order-desk.ts';
import { navigate } from '../router.ts';
import { OUTCOME_WORDS } from '../words/slot-face.ts';
import { type LogFilters, logHref, NO_FILTERS } from './log-filters.ts';

/** Typing pauses shorter than this are not worth a request. */
const TYPING_MS = 250;

/** Narrows the log. Every change is in the address, so a view can be kept, sent and gone back to. */
export function LogFilterBar({ filters }: { filters: LogFilters }) {
  const narrow = (change: Partial<LogFilters>): void => navigate(logHref({ ...filters, ...change }), { replace: true });
  const narrowed = logHref(filters) !== logHref(NO_FILTERS);
  return (
    <search class="filters">
      <SearchField value={filters.search} onSearch={(search) => narrow({ search })} />
      <Choice name="Outcome" value={filters.outcome} onPick={(value) => narrow({ outcome: value as Outcome | '' })}>
        {Object.entries(OUTCOME_WORDS).map(([outcome, word]) => (
          <option key={outcome} value={outcome}>
            {word}
          </option>
        ))}
      </Choice>
      <Choice name="Fault" value={filters.fault} onPick={(value) => narrow({ fault: value as FaultCode | '' })}>
        {FAULT_CODES.toSorted().map((fault) => (
          <option key={fault} value={fault}>
            {fault}
          </option>
        ))}
      </Choice>
      <Choice name="Order" value={filters.orderId} onPick={(orderId) => narrow({ orderId })}>
        <Orders chosen={filters.orderId} />
      </Choice>
      <Choice name="Slot" value={filters.place} onPick={(place) => narrow({ place })}>
        <Places chosen={filters.place} />
      </Choice>
      <Day name="From, local day" value={filters.since} onPick={(since) => narrow({ since })} />
      <Day name="To, local day" value={filters.until} onPick={(until) => narrow({ until })} />
      {narrowed && (
        <a class="button" href="/log">
          Clear
        </a>
      )}
    </search>
  );
}

function SearchField({ value, onSearch }: { value: string; onSearch: (text: string) => void }) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<number | undefined>(undefined);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  useEffect(() => {
    // The address may change without typing; while the person types, the field is theirs.
    if (input.current !== null && document.activeElement !== input.current) input.current.value = value;
  }, [value]);
  const onInput = (event: { currentTarget: HTMLInputElement }): void => {
    const text = event.currentTarget.value.trim();
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => onSearch(text), TYPING_MS);
  };
  return (
    <div class="field wide">
      <label for={id}>Search</label>
      <input
        ref={input}
        id={id}
        type="search"
        maxLength={64}
        spellcheck={false}
        placeholder="Unit, USB serial, slot, order, or the start of an id"
        defaultValue={value}
        onInput={onInput}
      />
    </div>
  );
}

interface PickProps {
  readonly name: string;
  readonly value: string;
  readonly onPick: (value: string) => void;
}

function Choice({ name, value, onPick, children }: PickProps & { children: ComponentChildren }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{name}</label>
      <select id={id} value={value} onChange={(event) => onPick(event.currentTarget.value)}>
        <option value="">All</option>
        {children}
      </select>
    </div>
  );
}

function Day({ name, value, onPick }: PickProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{name}</label>
      <input id={id} type="date" value={value} onChange={(event) => onPick(event.currentTarget.value)} />
    </div>
  );
}

function Orders({ chosen }: { chosen: string }) {
  const known = orders.value.some(({ id }) => id === chosen);
  return (
    <>
      {chosen !== '' && !known && <option value={chosen}>{chosen}</option>}
      {orders.value.map(({ id, product }) => (
        <option key={id} value={id}>{`${id} · ${product}`}</option>
      ))}
    </>
  );
}

function Places({ chosen }: { chosen: string }) {
  const places = useComputed(() =>
    bench.slots.value.map(({ value }) => ({ key: keyOf(value), text: `${value.label} · ${value.slot}` })),
  );
  const known = places.value.some(({ key }) => key === chosen);
  return (
    <>
      {chosen !== '' && !known && <option value={chosen}>{chosen}</option>}
      {places.value.map(({ key, text }) => (
        <option key={key} value={key}>
          {text}
        </option>
      ))}
    </>
  );
}
