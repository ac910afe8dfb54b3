import type { Slot } from '@flashline/contracts';
import type { ReadonlySignal } from '@preact/signals';
import { keyOf } from '../../live/bench.ts';
import { Mark } from '../../parts/mark.tsx';
import type { Face } from '../../words/slot-face.ts';
import { faceNow } from '../shown-slots.ts';

/** One slot on the bench. It renders only when its own signal says something new. */
export interface TileProps {
  readonly slot: ReadonlySignal<Slot>;
  /** Named on the tile when the line has several. */
  readonly showsStation: boolean;
  /** Named on the tile when real and virtual boards are on one bench. */
  readonly showsSimulated: boolean;
  readonly onOpen: (key: string) => void;
}

export function Tile({ slot, showsStation, showsSimulated, onOpen }: TileProps) {
  const { label, station, simulated, state } = slot.value;
  const isTagged = showsStation || (showsSimulated && simulated);
  const face = faceNow(slot.value);
  return (
    <button
      type="button"
      class="tile"
      data-tone={face.tone}
      data-gone={face.tone !== 'offline' && state.is === 'done' && !state.present}
      data-tagged={isTagged}
      aria-haspopup="dialog"
      onClick={() => onOpen(keyOf(slot.peek()))}
    >
      <span class="tile-top">
        <span class="tile-label">{label}</span>
        <Mark tone={face.tone} />
      </span>
      {isTagged && (
        <span class="tile-tags">
          {showsStation && <span>{station}</span>}
          {showsSimulated && simulated && <span class="tag-simulated">SIM</span>}
        </span>
      )}
      <Words {...face} />
      {face.percent !== null && <Progress percent={face.percent} />}
    </button>
  );
}

function Words({ word, percent, hint }: Face) {
  return (
    <span class="tile-words">
      <span class="tile-word">
        {word}
        {percent !== null && <span class="tile-percent"> {percent}&nbsp;%</span>}
      </span>
      <span class="tile-hint">{hint}</span>
    </span>
  );
}

function Progress({ percent }: { percent: number }) {
  return (
    <svg class="tile-progress" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
      <rect class="done" width={percent} height="1" />
    </svg>
  );
}
