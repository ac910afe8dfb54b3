import { readFile, realpath } from 'node:fs/promises';
import { newStationText, withSlots } from '@flashline/config';
import { asFault, Fault, type SlotName, type StationFile } from '@flashline/contracts';
import type { KeepNames } from '@flashline/worker';
import type { ChosenBus } from './bus-choice.ts';
import { writeDurably } from './files/durable-file.ts';

/** Virtual boards have no native code that could crash, and every process costs a share of two cores. */
const VIRTUAL_SLOTS_PER_HOST = 32;

/** The station on the bus it was given: a virtual bench brings its own slots. */
export function stationOn({ slots }: ChosenBus, file: StationFile): StationFile {
  if (slots === null) return file;
  return { slotsPerHost: VIRTUAL_SLOTS_PER_HOST, ...file, slots: file.slots ?? [...slots] };
}

/** What keeps new names of the slots in the station file; null without one. */
export function namesIn(path: string | undefined): KeepNames | null {
  return path === undefined ? null : (slots) => writeSlots(path, slots);
}

/**
 * Writes these slots into the station file, which a power cut leaves as it was or as it will be; without a file there, into a new
 * one for `station`. Rejects with CONFIG_INVALID or DATA_NOT_WRITABLE; then the file is as it was.
 */
export async function writeSlots(path: string, slots: readonly SlotName[], station = 'station-1'): Promise<void> {
  try {
    // A link to a file elsewhere stays a link.
    const file = await realpath(path).catch(() => path);
    const text = await readFile(file, 'utf8').catch(orNull);
    await writeDurably(
      file,
      Buffer.from(text === null ? newStationText(station, slots) : withSlots(text, slots, path)),
    );
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown;
    const { details } = asFault(thrown, 'DATA_NOT_WRITABLE');
    throw new Fault('DATA_NOT_WRITABLE', { file: path, ...details }, { cause: thrown });
  }
}

function orNull(thrown: NodeJS.ErrnoException): null {
  if (thrown.code === 'ENOENT') return null;
  throw thrown;
}
