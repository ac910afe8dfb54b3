import type { Slot, SlotState } from '@flashline/contracts';
import { useSignal } from '@preact/signals';
import { demand } from '../orders/order-desk.ts';
import { RefusalNotice } from '../parts/notice.tsx';
import type { Refusal } from '../station/request.ts';
import { cancelAttempt } from '../station/station-api.ts';
import { canRun } from '../words/slot-face.ts';
import { RunAction } from './run-action.tsx';

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
