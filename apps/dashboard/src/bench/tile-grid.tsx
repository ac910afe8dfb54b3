import { useComputed, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { keyOf } from '../live/bench.ts';
import { computedByValue } from '../live/same-value.ts';
import { bench } from '../live/this-bench.ts';
import { Attention } from './attention.tsx';
import { benchLayout } from './grid-shape.ts';
import { Tile } from './tile.tsx';
import { tileAfter } from './tile-keys.ts';

/** What the labels and stations of all slots ask of every tile; progress does not change it. */
const names = computedByValue(() => ({
  labelChars: Math.max(2, ...bench.slots.value.map(({ value }) => value.label.length)),
  severalStations: new Set(bench.slots.value.map(({ value }) => value.station)).size > 1,
  // On a bench of virtual boards alone the ribbon says it for all of them.
  mixedReality: new Set(bench.slots.value.map(({ value }) => value.simulated)).size > 1,
}));

/** Every slot, as large as the screen allows. */
export function TileGrid({ onOpen }: { onOpen: (key: string) => void }) {
  const floor = useRef<HTMLDivElement>(null);
  const size = useSizeOf(floor);
  const layout = useComputed(() => benchLayout(bench.slots.value.length, size.value.widthPx, size.value.heightPx));
  const { columns, rows, roomy } = layout.value;
  const { labelChars, severalStations, mixedReality } = names.value;
  return (
    <div class="floor" data-roomy={roomy} ref={floor}>
      <ul
        class="grid"
        aria-label="Slots"
        onKeyDown={(press) => moveFocus(press, columns)}
        style={{ '--columns': columns, '--rows': rows, '--label-chars': labelChars }}
      >
        {bench.slots.value.map((slot) => (
          <li key={keyOf(slot.peek())}>
            <Tile slot={slot} showsStation={severalStations} showsSimulated={mixedReality} onOpen={onOpen} />
          </li>
        ))}
      </ul>
      {!roomy && <Attention onOpen={onOpen} />}
    </div>
  );
}

function moveFocus(press: Pick<KeyboardEvent, 'key' | 'currentTarget' | 'preventDefault'>, columns: number): void {
  if (!(press.currentTarget instanceof HTMLElement)) return;
  const tiles: readonly Element[] = [...press.currentTarget.querySelectorAll('.tile')];
  const focused = document.activeElement;
  const from = focused === null ? -1 : tiles.indexOf(focused);
  const next = tileAfter(press.key, from, tiles.length, columns);
  if (next === null) return;
  press.preventDefault();
  const tile = tiles[next];
  if (tile instanceof HTMLElement) tile.focus();
}

function useSizeOf(element: RefObject<HTMLElement | null>) {
  const size = useSignal({ widthPx: 1280, heightPx: 560 });
  useEffect(() => {
    const watcher = new ResizeObserver(([entry]) => {
      if (entry !== undefined) size.value = { widthPx: entry.contentRect.width, heightPx: entry.contentRect.height };
    });
    if (element.current !== null) watcher.observe(element.current);
    return () => watcher.disconnect();
  }, []);
  return size;
}
