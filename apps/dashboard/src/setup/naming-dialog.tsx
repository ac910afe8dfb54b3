import type { StationSetup } from '@flashline/contracts';
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { bench } from '../live/this-bench.ts';
import { Dialog } from '../parts/dialog.tsx';
import { labelsWords } from '../words/naming-words.ts';
import { NamingSearch } from './naming-search.tsx';

/** Finds out which port each slot is, by a board that is plugged into one after another, and has the station keep it. */
export function NamingDialog({ setup, onClose }: { setup: StationSetup; onClose: () => void }) {
  const labels = useSignal<readonly string[] | null>(null);
  const begin = (wanted: readonly string[]): void => {
    labels.value = wanted;
  };
  return (
    <Dialog title={`Name the slots of ${setup.station}`} onClose={onClose}>
      {labels.value === null ? (
        <LabelForm setup={setup} onBegin={begin} />
      ) : (
        <NamingSearch setup={setup} labels={labels.value} onClose={onClose} />
      )}
    </Dialog>
  );
}

function LabelForm({ setup, onBegin }: { setup: StationSetup; onBegin: (labels: readonly string[]) => void }) {
  const id = useId();
  const text = useSignal((setup.slots ?? []).map(({ label }) => label).join('\n'));
  // A board in a slot would be flashed instead of naming it.
  const isActive = bench.order.value?.state === 'active';
  const labels = [...new Set(text.value.split('\n').map((line) => line.trim()))].filter((line) => line !== '');
  const flaw = labelsWords(labels);
  const begin = (event: Event): void => {
    event.preventDefault();
    onBegin(labels);
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
      {flaw !== null && <p role="alert">{flaw}</p>}
      {isActive && <p>The work order is active: boards that are plugged in would be flashed. Pause it first.</p>}
      <div class="dialog-actions">
        <button type="submit" class="primary" disabled={isActive || flaw !== null || labels.length === 0}>
          Begin
        </button>
      </div>
    </form>
  );
}
