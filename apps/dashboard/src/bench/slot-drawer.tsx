import { type Attempt, type BoardIdentity, FAULTS, type Slot } from '@flashline/contracts';
import type { ReadonlySignal } from '@preact/signals';
import { visibleState } from '../live/bench.ts';
import { bench } from '../live/this-bench.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Mark } from '../parts/mark.tsx';
import { durationText, usbIdText, wallTime } from '../words/formats.ts';
import { OUTCOME_WORDS } from '../words/slot-face.ts';
import { faceNow } from './shown-slots.ts';
import { SlotActions } from './slot-actions.tsx';

const DOUBT =
  'This board came up here a while after the board of an attempt had left. Nobody can tell whether it is that one, back by itself, or another: it inherits no verdict and is worked on only when you say so.';

const UNIT_NEEDED =
  'The recipe of this order looks for the serial number of each unit. Nothing is done to a board until somebody says which unit it is.';

/** One slot in full, and what can be done with it. */
export function SlotDrawer({ slot, onClose }: { slot: ReadonlySignal<Slot>; onClose: () => void }) {
  const { label, station, slot: path, simulated } = slot.value;
  const state = visibleState(bench.link.value, slot.value);
  const perhapsOf = state.is === 'waiting' ? state.perhapsOf : null;
  const face = faceNow(slot.value);
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
      {perhapsOf !== null && <p>{DOUBT}</p>}
      {face.tone === 'unit' && <p>{UNIT_NEEDED}</p>}
      <p class="drawer-advice">{face.hint}</p>
      <SlotActions slot={slot.value} state={state} />
      <dl class="facts">
        <Fact name="Station">{simulated ? `${station} (simulated)` : station}</Fact>
        <Fact name="USB port">{path}</Fact>
        {'board' in state && <BoardFacts board={state.board} since={state.since} />}
        {'attemptId' in state && <AttemptFacts attemptId={state.attemptId} />}
        {perhapsOf !== null && <AttemptBefore attemptId={perhapsOf} />}
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

/** The attempt whose board this may be. In words, not in colour: its verdict is not this board's. */
function AttemptBefore({ attemptId }: { attemptId: string }) {
  const known = bench.recent.value.find((attempt) => attempt.attemptId === attemptId);
  const outcome = known?.result?.outcome;
  return (
    <Fact name="Board from before">
      <a href={`/log/${attemptId}`}>
        {known === undefined || outcome === undefined
          ? 'Everything about its attempt'
          : `${OUTCOME_WORDS[outcome]}, ${wallTime(known.assignedAt).time}`}
      </a>
    </Fact>
  );
}
