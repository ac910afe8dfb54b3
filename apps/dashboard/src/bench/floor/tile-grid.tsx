import type { Slot } from '@flashline/contracts';
import { type ReadonlySignal, useComputed, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { keyOf } from '../../live/bench.ts';
import { computedByValue } from '../../live/same-value.ts';
import { bench } from '../../live/this-bench.ts';
import { Attention } from './attention.tsx';
import { type FloorGroup, floorPlan, type Seat } from './floor-plan.ts';
import { type FloorLayout, floorLayout, type GridShape } from './grid-shape.ts';
import { Tile } from './tile.tsx';
import { type TilePlace, tileAfter } from './tile-keys.ts';

/** What the labels and stations of all slots ask of every tile; progress does not change it. */
const names = computedByValue(() => ({
  labelChars: Math.max(2, ...bench.slots.value.map(({ value }) => value.label.length)),
  severalStations: new Set(bench.slots.value.map(({ value }) => value.station)).size > 1,
  // On a bench of virtual boards alone the ribbon says it for all of them.
  mixedReality: new Set(bench.slots.value.map(({ value }) => value.simulated)).size > 1,
}));

const plan = computedByValue(() =>
  floorPlan(
    bench.slots.value.map(({ value }) => value),
    bench.stations.value,
  ),
);

/** Every slot, as large as the screen allows, where its station says that it stands. */
export function TileGrid({ onOpen }: { onOpen: (key: string) => void }) {
  const floor = useRef<HTMLDivElement>(null);
  const size = useSizeOf(floor);
  const layout = useComputed(() => floorLayout(plan.value.map(shapeOf), size.value.widthPx, size.value.heightPx));
  const { shelves, grids, isHeaded, roomy } = layout.value;
  const places = plan.value.flatMap(({ seats }, group) => seats.map((seat, at) => placeOf(seat, at, group, grids)));
  const shown = plan.value.map((group, index) => (
    <Group
      key={group.title}
      group={group}
      grid={grids[index]}
      onMove={(press) => moveFocus(press, places)}
      onOpen={onOpen}
    />
  ));
  return (
    <div class="floor" data-roomy={roomy} ref={floor}>
      <div class="groups" data-headed={isHeaded} style={measuresOf(layout.value)}>
        {shelves.map((shelf) => (
          <div key={shelf[0]} class="shelf">
            {shelf.map((index) => shown[index])}
          </div>
        ))}
      </div>
      {!roomy && <Attention onOpen={onOpen} />}
    </div>
  );
}

/** What the size of a tile follows from. */
function measuresOf({ tilesAcross, groupsAcross, tilesDown, shelves }: FloorLayout) {
  return {
    '--tiles-across': tilesAcross,
    '--groups-across': groupsAcross,
    '--tiles-down': tilesDown,
    '--shelves': shelves.length,
    '--label-chars': names.value.labelChars,
  };
}

interface GroupProps {
  readonly group: FloorGroup;
  readonly grid: GridShape | undefined;
  readonly onMove: (press: KeyPress) => void;
  readonly onOpen: (key: string) => void;
}

type KeyPress = Pick<KeyboardEvent, 'key' | 'currentTarget' | 'preventDefault'>;

function Group({ group: { title, seats }, grid, onMove, onOpen }: GroupProps) {
  const titleId = useId();
  const { severalStations, mixedReality } = names.value;
  const byKey = new Map<string, ReadonlySignal<Slot>>(bench.slots.value.map((slot) => [keyOf(slot.peek()), slot]));
  return (
    <section class="group" aria-labelledby={title === null ? undefined : titleId}>
      {title !== null && (
        <h2 id={titleId} title={title}>
          {title}
        </h2>
      )}
      <ul
        class="grid"
        aria-label={title === null ? 'Slots' : `Slots of ${title}`}
        onKeyDown={onMove}
        style={{ '--columns': grid?.columns, '--rows': grid?.rows }}
      >
        {seats.map(({ key, place }) => {
          const slot = byKey.get(key);
          return slot === undefined ? null : (
            <li key={key} data-placed={place !== null} style={{ '--row': place?.row, '--column': place?.column }}>
              <Tile slot={slot} showsStation={severalStations} showsSimulated={mixedReality} onOpen={onOpen} />
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function shapeOf({ title, grid, seats }: FloorGroup) {
  return { slots: seats.length, grid, isHeaded: title !== null };
}

function placeOf({ place }: Seat, at: number, group: number, grids: readonly GridShape[]): TilePlace {
  if (place !== null) return { group, ...place };
  const columns = grids[group]?.columns ?? 1;
  return { group, row: Math.floor(at / columns), column: at % columns };
}

function moveFocus(press: KeyPress, places: readonly TilePlace[]): void {
  const { currentTarget: grid } = press;
  if (!(grid instanceof HTMLElement)) return;
  const tiles: readonly Element[] = [...(grid.closest('.groups')?.querySelectorAll('.tile') ?? [])];
  const focused = document.activeElement;
  const from = focused === null ? -1 : tiles.indexOf(focused);
  const next = tileAfter(press.key, from, places);
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
