import { type Attempt, type BoardIdentity, FAULTS, type Slot, type SlotState } from '@flashline/contracts';
import { type ReadonlySignal, useSignal } from '@preact/signals';
import { visibleState } from '../live/bench.ts';
import { bench } from '../live/this-bench.ts';
import { headOrder, whyWaiting } from '../orders/order-desk.ts';
import { asksBoards } from '../orders/shown-order.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Mark } from '../parts/mark.tsx';
import { RefusalNotice } from '../parts/notice.tsx';
import type { Refusal } from '../station/request.ts';
import { cancelAttempt, startRuns } from '../station/station-api.ts';
import { durationText, usbIdText, wallTime } from '../words/formats.ts';
import { faceOf } from '../words/slot-face.ts';

/** One slot in full, and what can be done with it. */
export function SlotDrawer({ slot, onClose }: { slot: ReadonlySignal<Slot>; onClose: () => void }) {
  const { label, station, slot: path, simulated } = slot.value;
  const state = visibleState(bench.link.value, slot.value);
  const face = faceOf(state, whyWaiting.value);
  return (
    <Dialog shape="drawer" title={label} onClose={onClose}>
      <p class="drawer-state" data-tone={face.tone}>
        <Mark tone={face.tone} />
        <span>
          {face.word}
          {face.percent !== null && ` ${face.percent} %`}
        </span>
      </p>
      {state.is === 'done' && state.fault !== null && <p>{FAULTS[state.fault].says}</p>}
      <p class="drawer-advice">{face.hint}</p>
      <Actions slot={slot.value} state={state} />
      <dl class="facts">
        <Fact name="Station">{simulated ? `${station} (simulated)` : station}</Fact>
        <Fact name="USB port">{path}</Fact>
        {'board' in state && <BoardFacts board={state.board} since={state.since} />}
        {'attemptId' in state && <AttemptFacts attemptId={state.attemptId} />}
      </dl>
    </Dialog>
  );
}

function Fact({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function BoardFacts({ board, since }: { board: BoardIdentity; since: string }) {
  return (
    <>
      <Fact name="Board">{usbIdText(board.vendorId, board.productId)}</Fact>
      <Fact name="USB serial">{board.usbSerial ?? 'none'}</Fact>
      <Fact name="Plugged in">{wallTime(since).time}</Fact>
    </>
  );
}

function AttemptFacts({ attemptId }: { attemptId: string }) {
  const known: Attempt | undefined = bench.recent.value.find((attempt) => attempt.attemptId === attemptId);
  const result = known?.result ?? null;
  return (
    <>
      {result !== null && <Fact name="Took">{durationText(result.durationMs)}</Fact>}
      <Fact name="Record">
        <a href={`/log/${attemptId}`}>Everything about this attempt</a>
      </Fact>
    </>
  );
}

/** The one thing that may be done with a slot in its state, as a button that says it. */
function Actions({ slot, state }: { slot: Slot; state: SlotState }) {
  switch (state.is) {
    case 'queued':
    case 'running':
      return <StopAction key={state.attemptId} attemptId={state.attemptId} />;
    case 'waiting':
      return state.ready || asksBoards(headOrder.value) ? (
        <RunAction key={state.seatingId} slot={slot} name="Run now" />
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
      {!isActive && <p class="fine">{whyWaiting.value.inBootloader}</p>}
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
