import { useSignal } from '@preact/signals';
import { useCallback } from 'preact/hooks';
import { keyOf } from '../live/bench.ts';
import { bench } from '../live/this-bench.ts';
import { OrderPanel } from '../orders/order-panel.tsx';
import { Mark } from '../parts/mark.tsx';
import { EmptyPlace } from '../parts/notice.tsx';
import { countText } from '../words/formats.ts';
import type { Tally } from '../words/headline.ts';
import type { Tone } from '../words/slot-face.ts';
import { Elsewhere } from './elsewhere.tsx';
import { TileGrid } from './floor/tile-grid.tsx';
import { headline, tally } from './shown-slots.ts';
import { SlotDrawer } from './slot-drawer.tsx';

/** The page in front of the fixture: the order, the headline, and every slot at once. */
export function BenchPage() {
  const opened = useSignal<string | null>(null);
  const open = useCallback((key: string): void => {
    opened.value = key;
  }, []);
  const close = useCallback((): void => {
    opened.value = null;
  }, []);
  const slot =
    opened.value === null ? undefined : bench.slots.value.find((each) => keyOf(each.peek()) === opened.value);
  return (
    <main id="main" class="bench-page" tabIndex={-1}>
      <h1 class="unseen">Bench</h1>
      <OrderPanel />
      {bench.slots.value.length === 0 ? <NoSlots /> : <Floor onOpen={open} />}
      {slot !== undefined && <SlotDrawer slot={slot} onClose={close} />}
    </main>
  );
}

function Floor({ onOpen }: { onOpen: (key: string) => void }) {
  return (
    <>
      <div class="headline" data-tone={headline.value.tone}>
        <p class="headline-text">
          <Mark tone={headline.value.tone} />
          {headline.value.text}
        </p>
        <Legend tally={tally.value} />
      </div>
      <TileGrid onOpen={onOpen} />
      <Elsewhere />
    </>
  );
}

const LEGEND: readonly (readonly [Tone, string])[] = [
  ['pass', 'pass'],
  ['pulled', 'pulled'],
  ['fail', 'fail'],
  ['error', 'station error'],
  ['aborted', 'stopped'],
  ['running', 'running'],
  ['queued', 'queued'],
  ['waiting', 'waiting'],
  ['doubt', 'in doubt'],
  ['stranger', 'not a board'],
  ['boot0', 'hold BOOT0'],
  ['unit', 'scan label'],
  ['empty', 'empty'],
  ['offline', 'no contact'],
];

/** How many slots are what: the sum over the bench, and the key to its shapes. */
function Legend({ tally: counts }: { tally: Tally }) {
  return (
    <ul class="legend" aria-label="Slots by state">
      {LEGEND.filter(([tone]) => counts[tone] > 0).map(([tone, word]) => (
        <li key={tone} data-tone={tone}>
          <Mark tone={tone} />
          <strong>{countText(counts[tone])}</strong> {word}
        </li>
      ))}
    </ul>
  );
}

function NoSlots() {
  const health = bench.health.value;
  if (health === null)
    return <EmptyPlace title="Connecting to the station…">The bench appears in a moment.</EmptyPlace>;
  if (health.stations.length === 0)
    return (
      <EmptyPlace title="No station yet">
        <p>Nothing that can see boards has reported so far.</p>
        <p>
          Start one on the computer with the USB ports: <code>flashline worker</code>. It appears here by itself.
        </p>
      </EmptyPlace>
    );
  return (
    <EmptyPlace title="No slots yet">
      <p>Plug a board in its bootloader into any USB port: hold BOOT0 while you plug it in.</p>
      <p>Its slot appears here by itself. Ports can be given labels in the configuration of the station.</p>
    </EmptyPlace>
  );
}
