import type { Slot } from '@flashline/contracts';
import { computed } from '@preact/signals';
import { visibleState } from '../live/bench.ts';
import { computedByValue } from '../live/same-value.ts';
import { bench } from '../live/this-bench.ts';
import { demand } from '../orders/order-desk.ts';
import { headlineOf, tallyOf } from '../words/headline.ts';
import { type Face, faceOf } from '../words/slot-face.ts';

/** A slot and how it looks. */
export interface ShownSlot {
  readonly slot: Slot;
  readonly face: Face;
}

/** How a slot looks now: what it is, the order in work and the link to the station all have a say. */
export function faceNow(slot: Slot): Face {
  return faceOf(visibleState(bench.link.value, slot), demand.value);
}

/** Every slot as it looks now, in the order in which people read them. */
export const shownSlots = computed<readonly ShownSlot[]>(() =>
  bench.slots.value.map(({ value: slot }) => ({ slot, face: faceNow(slot) })),
);

/** How many slots look like what. */
export const tally = computedByValue(() => tallyOf(shownSlots.value.map(({ face }) => face.tone)));

/** The line over the bench. */
export const headline = computedByValue(() => headlineOf(tally.value));
