import type { StationFile } from '@flashline/contracts';
import type { ChosenBus } from './bus-choice.ts';

/** Virtual boards have no native code that could crash, and every process costs a share of two cores. */
const VIRTUAL_SLOTS_PER_HOST = 32;

/** The station on the bus it was given: a virtual bench brings its own slots. */
export function stationOn({ slots }: ChosenBus, file: StationFile): StationFile {
  if (slots === null) return file;
  return { slotsPerHost: VIRTUAL_SLOTS_PER_HOST, ...file, slots: file.slots ?? [...slots] };
}
