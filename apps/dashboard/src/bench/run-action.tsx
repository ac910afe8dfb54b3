import { FAULTS, type Slot } from '@flashline/contracts';
import { type Signal, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { demand, headOrder } from '../orders/order-desk.ts';
import { RefusalNotice } from '../parts/notice.tsx';
import type { Refusal } from '../station/request.ts';
import { startRuns } from '../station/station-api.ts';

/** Starts a run on the board in a slot, of the unit whose label is scanned where the order looks for serial numbers. */
export function RunAction({ slot, name }: { slot: Slot; name: string }) {
  const refusal = useSignal<Refusal | null>(null);
  const asked = useSignal(false);
  const unit = useSignal('');
  const field = useRef<HTMLInputElement>(null);
  const { needsUnits, why } = demand.value;
  const isActive = headOrder.value?.state === 'active';
  const run = async (): Promise<void> => {
    asked.value = true;
    const scanned = unit.value.trim();
    // The next scan takes the place of this one, also while it is asked. Not in every browser does a selection take the focus.
    field.current?.focus();
    field.current?.select();
    refusal.value = await startOn(slot, needsUnits ? scanned : undefined);
    asked.value = false;
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    void run();
  };
  return (
    <form class="drawer-actions" onSubmit={submit}>
      {needsUnits && <UnitField unit={unit} field={field} />}
      <button type="submit" class="primary" disabled={asked.value || !isActive}>
        {name}
      </button>
      {!isActive && <p class="fine">{why}</p>}
      <RefusalNotice refusal={refusal.value} />
    </form>
  );
}

/** A scanner types what it reads and presses Enter. */
function UnitField({ unit, field }: { unit: Signal<string>; field: RefObject<HTMLInputElement | null> }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>Serial number of the unit</label>
      <input
        ref={field}
        id={id}
        type="text"
        required
        maxLength={64}
        autocomplete="off"
        spellcheck={false}
        // A scanner types where the focus is.
        autofocus
        value={unit.value}
        onInput={(event) => {
          unit.value = event.currentTarget.value;
        }}
      />
    </div>
  );
}

/** Starts a run on the board in a slot; null when it has started. */
async function startOn({ station, slot }: Slot, unit: string | undefined): Promise<Refusal | null> {
  const answer = await startRuns({ slots: [{ station, slot, unit }] });
  // The field is free for the next scan, so the refusal itself has to say of which it speaks.
  const scanned = unit === undefined ? [] : [`Serial number of the unit: ${unit}`];
  if (answer.kind === 'refused') return { ...answer.refusal, lines: [...scanned, ...answer.refusal.lines] };
  const fault = answer.value.runs[0]?.fault ?? null;
  return fault === null ? null : { code: fault, says: FAULTS[fault].says, action: FAULTS[fault].do, lines: scanned };
}
