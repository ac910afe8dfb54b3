import {
  type LostSlot,
  lostWords,
  nextSearch,
  type PluggedDevice,
  type SearchNote,
  type SlotName,
  type StationSetup,
  searchFor,
  slotsAfter,
} from '@flashline/contracts';
import { useSignal, useSignalEffect } from '@preact/signals';
import { bench } from '../live/this-bench.ts';
import { RefusalNotice } from '../parts/notice.tsx';
import type { Refusal } from '../station/request.ts';
import { nameSlots } from '../station/station-api.ts';
import { noteWords, unmovedWords } from '../words/naming-words.ts';
import { pluggedIn } from './plugged-in.ts';

interface NamingSearchProps {
  readonly setup: StationSetup;
  readonly labels: readonly string[];
  readonly onClose: () => void;
}

/** Asks for one slot after another, then shows what the station is to keep. */
export function NamingSearch({ setup, labels, onClose }: NamingSearchProps) {
  const search = useSignal(searchFor(labels));
  useSignalEffect(() => {
    const devices = seenNow(setup);
    search.value = nextSearch(search.peek(), devices === null ? { on: 'unseen' } : { on: 'seen', devices });
  });
  const isSeen = seenNow(setup) !== null;
  const refusal = useSignal<Refusal | null>(null);
  const busy = useSignal(false);
  const { at, found, note, unmoved } = search.value;
  const { slots, lost } = slotsAfter(search.value, setup.slots ?? []);
  const move = (on: 'skip' | 'back') => () => {
    search.value = nextSearch(search.value, { on });
  };
  const save = async (): Promise<void> => {
    busy.value = true;
    const answer = await nameSlots(setup.station, slots);
    busy.value = false;
    refusal.value = answer.kind === 'refused' ? answer.refusal : null;
    if (answer.kind === 'ok') onClose();
  };
  const label = labels[at];
  return (
    <>
      <div class="naming-step" role="status">
        {label === undefined ? (
          <Review asked={labels.length} slots={slots} lost={lost} replaces={setup.slots !== null} />
        ) : (
          <Question label={label} note={note} unmoved={unmoved} isSeen={isSeen} />
        )}
      </div>
      <FoundSlots slots={label === undefined ? slots : slots.filter((slot) => found.has(slot.label))} />
      <RefusalNotice refusal={refusal.value} />
      <div class="dialog-actions">
        <button type="button" disabled={at === 0 || busy.value} onClick={move('back')}>
          Back
        </button>
        {label === undefined ? (
          <button type="button" class="primary" disabled={slots.length === 0 || busy.value} onClick={() => void save()}>
            Save
          </button>
        ) : (
          <button type="button" onClick={move('skip')}>
            Skip {label}
          </button>
        )}
      </div>
    </>
  );
}

interface QuestionProps {
  readonly label: string;
  readonly note: SearchNote | null;
  readonly unmoved: readonly string[];
  /** Whether the station sees what is plugged in. */
  readonly isSeen: boolean;
}

function Question({ label, note, unmoved, isSeen }: QuestionProps) {
  const trouble = noteWords(note);
  const words = unmovedWords(unmoved);
  return (
    <>
      {!isSeen && <p>The station does not see its ports now. Wait until it does.</p>}
      <p class="naming-question">
        Plug a board into the slot you call <strong>{label}</strong>.
      </p>
      {trouble !== null && <p>{trouble}</p>}
      {words !== null && <p class="fine">{words}</p>}
    </>
  );
}

interface ReviewProps {
  readonly asked: number;
  readonly slots: readonly SlotName[];
  readonly lost: readonly LostSlot[];
  /** The station file names slots that these replace. */
  readonly replaces: boolean;
}

/** What saving does, before it is done. */
function Review({ asked, slots, lost, replaces }: ReviewProps) {
  return (
    <>
      <p class="naming-question">
        {slots.length} of {asked} slots have a port.
      </p>
      {lost.length > 0 && (
        <ul class="naming-lost">
          {lost.map((slot) => (
            <li key={slot.label}>{lostWords(slot)}</li>
          ))}
        </ul>
      )}
      {replaces && (
        <p class="fine">
          In the station file a pattern whose slots are not as it says becomes a line for each slot. Comments stay.
        </p>
      )}
    </>
  );
}

function FoundSlots({ slots }: { slots: readonly SlotName[] }) {
  return (
    <ol class="naming-found">
      {slots.map(({ label, path }) => (
        <li key={path}>
          {label} <span class="code">{path}</span>
        </li>
      ))}
    </ol>
  );
}

/** What is plugged in at this station now, null when nobody knows; follows the live bench. */
function seenNow({ station }: StationSetup): readonly PluggedDevice[] | null {
  const setup = bench.stations.value.find((each) => each.station === station);
  const slots = bench.slots.value.map(({ value }) => value);
  return setup === undefined || bench.link.value.is !== 'online' ? null : pluggedIn(setup, slots);
}
