import { FAULTS, type Slot, type SlotState } from '@flashline/contracts';
import { useSignal } from '@preact/signals';
import { demand, headOrder } from '../orders/order-desk.ts';
import { RefusalNotice } from '../parts/notice.tsx';
import type { Refusal } from '../station/request.ts';
import { cancelAttempt, startRuns } from '../station/station-api.ts';
import { canRun } from '../words/slot-face.ts';

/** The one thing that may be done with a slot in its state, as a button that says it. */
export function SlotActions({ slot, state }: { slot: Slot; state: SlotState }) {
  switch (state.is) {
    case 'queued':
    case 'running':
      return <StopAction key={state.attemptId} attemptId={state.attemptId} />;
    case 'waiting':
      return canRun(state, demand.value) ? (
        <RunAction key={state.seatingId} slot={slot} name={state.perhapsOf === null ? 'Run now' : 'Flash it'} />
      ) : null;
    case 'done':
      return state.present && state.ready ? <RunAction key={state.attemptId} slot={slot} name="Run again" /> : null;
    case 'offline':
    case 'empty':
    case 'stranger':
      return null;
    default:
      return state satisfies never;
  }
}

function StopAction({ attemptId }: { attemptId: string }) {
  const refusal = useSignal<Refusal | null>(null);
  const asked = useSignal(false);
  const stop = async (): Promise<void> => {
    asked.value = true;
    const answer = await cancelAttempt(attemptId);
    refusal.value = answer.kind === 'refused' ? answer.refusal : null;
    // Once accepted it stays asked: the board stops when the step it is in has ended.
    asked.value = answer.kind === 'ok';
  };
  return (
    <div class="drawer-actions">
      <button type="button" class="danger" disabled={asked.value} onClick={() => void stop()}>
        {asked.value ? 'Stopping…' : 'Stop this board'}
      </button>
      <RefusalNotice refusal={refusal.value} />
    </div>
  );
}

function RunAction({ slot, name }: { slot: Slot; name: string }) {
  const refusal = useSignal<Refusal | null>(null);
  const asked = useSignal(false);
  const isActive = headOrder.value?.state === 'active';
  const run = async (): Promise<void> => {
    asked.value = true;
    refusal.value = await startOn(slot);
    asked.value = false;
  };
  return (
    <div class="drawer-actions">
      <button type="button" class="primary" disabled={asked.value || !isActive} onClick={() => void run()}>
        {name}
      </button>
      {!isActive && <p class="fine">{demand.value.why}</p>}
      <RefusalNotice refusal={refusal.value} />
    </div>
  );
}

/** Starts a run on the board in a slot; null when it has started. */
async function startOn({ station, slot }: Slot): Promise<Refusal | null> {
  const answer = await startRuns({ slots: [{ station, slot }] });
  if (answer.kind === 'refused') return answer.refusal;
  const fault = answer.value.runs[0]?.fault ?? null;
  return fault === null ? null : { code: fault, says: FAULTS[fault].says, action: FAULTS[fault].do, lines: [] };
}
