import { type Clock, systemClock, TransferError } from '@flashline/dfuse';
import { benchSlots, type PartSpec, VirtualBench, VirtualClock } from '@flashline/virtual-boards';
import { firmwareBytes } from '../../engine/rig.ts';
import { flashTimed } from '../flash-run.ts';
import { inLanes } from '../lanes.ts';
import { flashOf, imageFor, stretchFor } from '../parts/bench-image.ts';
import { Replay } from './replay.ts';
import type { ToolHabits } from './tools.ts';

/** One engine on one used board; a null tool is ours. */
export interface Try {
  readonly part: PartSpec;
  readonly tool: ToolHabits | null;
}

/** How a try went. */
export interface Outcome {
  readonly seconds: number;
  readonly transfers: number;
  /** Why it did not get to its end; null when it did and the board holds the image. */
  readonly gaveUp: string | null;
}

/** Every try in real time, so many at a time. */
export async function runTries(tries: readonly Try[], lanes: number): Promise<Outcome[]> {
  const clock = systemClock();
  const bench = new VirtualBench({ clock });
  const slots = benchSlots(tries.length).map(({ path }) => path);
  for (const [n, { part }] of tries.entries()) bench.plug(slots[n] ?? '', { part: part.name, contents: 'used' });
  const outcomes = await inLanes(
    lanes,
    tries.map((one, n) => () => outcomeOf({ bench, clock, slot: slots[n] ?? '' }, one)),
  );
  await bench.close();
  return outcomes;
}

/** One try in virtual time: exact, and the host takes none. */
export async function runTryVirtually(one: Try): Promise<Outcome> {
  const clock = new VirtualClock();
  const bench = new VirtualBench({ clock });
  bench.plug('1-1', { part: one.part.name, contents: 'used' });
  return await outcomeOf({ bench, clock, slot: '1-1' }, one);
}

interface Place {
  readonly bench: VirtualBench;
  readonly clock: Clock;
  readonly slot: string;
}

async function outcomeOf(place: Place, { part, tool }: Try): Promise<Outcome> {
  if (tool !== null) return await replayed(place, part, tool);
  const cost = await flashTimed(place, place.slot, { part, image: imageFor(stretchFor(part)) });
  return { ...cost, gaveUp: null };
}

async function replayed({ bench, clock, slot }: Place, part: PartSpec, tool: ToolHabits): Promise<Outcome> {
  const { address, bytes } = stretchFor(part);
  const data = firmwareBytes(bytes, 0, address);
  const { memory } = bench.board(slot);
  const beganMs = clock.now();
  const replay = new Replay(await bench.open(slot), clock, tool);
  const ended = await endOf(replay.run({ address, data, sectors: flashOf(part) }));
  const seconds = (clock.now() - beganMs) / 1000;
  const isWrong = ended === null && Buffer.compare(memory.read(address, bytes), data) !== 0;
  return { seconds, transfers: replay.transfers, gaveUp: isWrong ? 'leaves something else' : ended };
}

async function endOf(run: Promise<void>): Promise<string | null> {
  try {
    await run;
    return null;
  } catch (thrown) {
    if (thrown instanceof TransferError) return `gives up: ${thrown.trouble}`;
    throw thrown;
  }
}
