import { keyOf } from '../../live/bench.ts';
import { computedByValue } from '../../live/same-value.ts';
import { bench } from '../../live/this-bench.ts';
import { Mark } from '../../parts/mark.tsx';
import { plural } from '../../words/formats.ts';
import { NEEDS_A_HAND } from '../../words/headline.ts';
import { shownSlots } from '../shown-slots.ts';

const needs = computedByValue(() =>
  NEEDS_A_HAND.flatMap((tone) => shownSlots.value.filter(({ face }) => face.tone === tone)),
);

/** The list beside a grid of small tiles: which slots need a hand, and what to do there. */
export function Attention({ onOpen }: { onOpen: (key: string) => void }) {
  return (
    <aside class="attention" aria-labelledby="attention-title">
      <h2 id="attention-title">{titleOf(needs.value.length, bench.link.value.is === 'online')}</h2>
      <ul>
        {needs.value.map(({ slot, face }) => (
          <li key={keyOf(slot)}>
            <button type="button" data-tone={face.tone} aria-haspopup="dialog" onClick={() => onOpen(keyOf(slot))}>
              <Mark tone={face.tone} />
              <span>
                <strong>{slot.label}</strong> {face.word}
                <span class="fine">{face.hint}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </aside>
  );
}

function titleOf(count: number, isOnline: boolean): string {
  if (!isOnline) return 'Not known while offline';
  if (count === 0) return 'Nothing needs a hand';
  return `${plural(count, 'slot')} ${count === 1 ? 'needs' : 'need'} a hand`;
}
