import type { StationSetup } from '@flashline/contracts';
import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import { useId } from 'preact/hooks';
import { bench } from '../live/this-bench.ts';
import { Dialog } from '../parts/dialog.tsx';
import { RefusalNotice } from '../parts/notice.tsx';
import type { Refusal } from '../station/request.ts';
import { nameSlots } from '../station/station-api.ts';
import { boardsOn, nextSearch, type SlotSearch, searchFor, slotsAfter } from './slot-search.ts';

/** Finds out which port each slot is, by a board that is plugged into one after another, and has the station keep it. */
export function NamingDialog({ setup, onClose }: { setup: StationSetup; onClose: () => void }) {
  const search = useSignal<SlotSearch | null>(null);
  return (
    <Dialog title={`Name the slots of ${setup.station}`} onClose={onClose}>
      {search.value === null ? (
        <LabelForm setup={setup} search={search} />
      ) : (
        <Search setup={setup} search={search} now={search.value} onClose={onClose} />
      )}
    </Dialog>
  );
}

function LabelForm({ setup, search }: { setup: StationSetup; search: Signal<SlotSearch | null> }) {
  const id = useId();
  const text = useSignal((setup.slots ?? []).map(({ label }) => label).join('\n'));
  // A board in a slot would be flashed instead of naming it.
  const isActive = bench.order.value?.state === 'active';
  const labels = [...new Set(text.value.split('\n').map((line) => line.trim()))].filter((line) => line !== '');
  const begin = (event: Event): void => {
    event.preventDefault();
    search.value = searchFor(labels, boardsNow(setup));
  };
  return (
    <form onSubmit={begin}>
      <div class="field">
        <label for={id}>Labels</label>
        <textarea
          id={id}
          rows={10}
          spellcheck={false}
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value;
          }}
        />
        <p class="fine">One slot on each line, as it stands on the fixture, in the order in which you will plug.</p>
      </div>
      {isActive && <p>The work order is active: boards that are plugged in would be flashed. Pause it first.</p>}
      <div class="dialog-actions">
        <button type="submit" class="primary" disabled={isActive || labels.length === 0}>
          Begin
        </button>
      </div>
    </form>
  );
}

interface SearchProps {
  readonly setup: StationSetup;
  readonly search: Signal<SlotSearch | null>;
  readonly now: SlotSearch;
  readonly onClose: () => void;
}

function Search({ setup, search, now, onClose }: SearchProps) {
  const refusal = useSignal<Refusal | null>(null);
  const busy = useSignal(false);
  useSignalEffect(() => {
    const boards = boardsNow(setup);
    const before = search.peek();
    if (before !== null) search.value = nextSearch(before, { on: 'seen', boards });
  });
  const slots = slotsAfter(now, setup.slots ?? []);
  const move = (on: 'skip' | 'back') => () => {
    search.value = nextSearch(now, { on });
  };
  const save = async (): Promise<void> => {
    busy.value = true;
    const answer = await nameSlots(setup.station, slots);
    busy.value = false;
    refusal.value = answer.kind === 'refused' ? answer.refusal : null;
    if (answer.kind === 'ok') onClose();
  };
  const label = now.labels[now.at];
  return (
    <>
      <div role="status">
        <p class="naming-question">
          {label === undefined ? (
            `${slots.length} of ${now.labels.length} slots have a port.`
          ) : (
            <>
              Plug a board into the slot you call <strong>{label}</strong>.
            </>
          )}
        </p>
        {now.note !== null && <p>{now.note}</p>}
      </div>
      <ol class="naming-found">
        {slots.map((slot) => (
          <li key={slot.label}>
            {slot.label} <span class="code">{slot.path}</span>
          </li>
        ))}
      </ol>
      <RefusalNotice refusal={refusal.value} />
      <div class="dialog-actions">
        <button type="button" disabled={now.at === 0 || busy.value} onClick={move('back')}>
          Back
        </button>
        {label !== undefined && (
          <button type="button" onClick={move('skip')}>
            Skip {label}
          </button>
        )}
        {label === undefined && (
          <button type="button" class="primary" disabled={slots.length === 0 || busy.value} onClick={() => void save()}>
            Save
          </button>
        )}
      </div>
    </>
  );
}

/** What is plugged in at this station now; follows the live bench. */
function boardsNow({ station }: StationSetup) {
  const setup = bench.stations.value.find((each) => each.station === station);
  const slots = bench.slots.value.map(({ value }) => value);
  return setup === undefined ? new Map<string, string>() : boardsOn(setup, slots);
}
