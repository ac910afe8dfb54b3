import { type Clock, systemClock } from '@flashline/dfuse';
import { programmed } from '@flashline/firmware';
import { benchSlots, type PartSpec, VirtualBench, VirtualClock } from '@flashline/virtual-boards';
import { type Cost, flashTimed } from '../flash-run.ts';
import { inLanes } from '../lanes.ts';
import { imageFor, type Stretch } from './bench-image.ts';
import { floorMs, type Held } from './floor.ts';

/** A part and what is flashed into it. */
export interface Subject {
  readonly part: PartSpec;
  readonly stretch: Stretch;
}

/** One flash of a subject. */
export interface Run extends Subject, Cost {
  readonly held: Held;
}

/** Flashes every subject blank, used, and once more with the image in it: so many boards at a time, in real time. */
export async function runParts(subjects: readonly Subject[], lanes: number): Promise<Run[]> {
  const place = benchIn(systemClock());
  const slots = benchSlots(2 * subjects.length);
  const boards = subjects.flatMap(boardsOf).map((board, n) => ({ ...board, slot: slots[n]?.path ?? '' }));
  // All boards are made before anything is timed: filling megabytes of flash would hold the others up.
  for (const board of boards) plug(place, board);
  const longestFirst = boards.toSorted((a, b) => boardFloorMs(b) - boardFloorMs(a));
  const runs = await inLanes(
    lanes,
    longestFirst.map((board) => () => visits(place, board)),
  );
  for (const board of boards) requireFlashed(place, board);
  await place.bench.close();
  return runs.flat();
}

/** The same in virtual time: what the engine decides, without what this computer adds to it. */
export async function runVirtually(subjects: readonly Subject[]): Promise<Run[]> {
  const runs: Run[] = [];
  for (const subject of subjects.flatMap(boardsOf)) {
    const place = benchIn(new VirtualClock());
    const board = { ...subject, slot: '1-1' };
    plug(place, board);
    runs.push(...(await visits(place, board)));
    requireFlashed(place, board);
  }
  return runs;
}

interface Place {
  readonly clock: Clock;
  readonly bench: VirtualBench;
}

interface Board extends Subject {
  readonly contents: 'used' | 'blank';
  readonly slot: string;
}

function benchIn(clock: Clock): Place {
  return { clock, bench: new VirtualBench({ clock }) };
}

function boardsOf(subject: Subject): Omit<Board, 'slot'>[] {
  return [
    { ...subject, contents: 'used' },
    { ...subject, contents: 'blank' },
  ];
}

function plug({ bench }: Place, { part, contents, slot }: Board): void {
  bench.plug(slot, { part: part.name, contents });
}

function boardFloorMs({ part, stretch, contents }: Board): number {
  return floorMs(part, stretch, contents);
}

async function visits(place: Place, { part, stretch, contents, slot }: Board): Promise<Run[]> {
  const image = imageFor(stretch);
  const visit = async (held: Held): Promise<Run> => {
    const cost = await flashTimed(place, slot, { part, image });
    return { part, stretch, held, ...cost };
  };
  const first = await visit(contents);
  if (contents === 'blank') return [first];
  place.bench.unplug(slot);
  place.bench.replug(slot);
  return [first, await visit('same')];
}

/** A flash that did not happen is fast: the memory is looked at past the bootloader. */
function requireFlashed({ bench }: Place, { part, stretch, slot }: Board): void {
  const { memory } = bench.board(slot);
  for (const { address, data } of programmed(imageFor(stretch)))
    if (Buffer.compare(memory.read(address, data.length), data) !== 0)
      throw new Error(`${part.name} passed and does not hold its image`);
}
