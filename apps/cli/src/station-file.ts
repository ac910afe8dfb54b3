import { existsSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { newStationText, readStationFile, withSlots } from '@flashline/config';
import { asFault, Fault, type SlotName, type StationFile } from '@flashline/contracts';
import type { KeepNames } from '@flashline/worker';
import { type ChosenBus, chooseBus } from './bus-choice.ts';
import { writeDurably } from './files/durable-file.ts';
import { type BusOptions, STATION_FILE } from './options.ts';

/** Virtual boards have no native code that could crash, and every process costs a share of two cores. */
const VIRTUAL_SLOTS_PER_HOST = 32;

/** The boards that a command works on, and what is written about their station. */
export interface ChosenStation {
  readonly bus: ChosenBus;
  readonly station: StationFile;
  /** The station file; undefined when there is none. */
  readonly config: string | undefined;
}

/**
 * The bus and the station file that the options of a command name; the file gives the slots their labels. `fallback` names a station
 * without a file. Faults: FILE_UNREADABLE, CONFIG_INVALID, and those of `chooseBus`.
 */
export async function chooseStation(options: BusOptions, fallback?: string): Promise<ChosenStation> {
  const config = stationFileFor(options);
  const file = await readStationFile(config, fallback);
  const bus = await chooseBus(options);
  const slots = file.slots ?? bus.slots;
  if (bus.choice.kind === 'usb' || slots === null) return { bus: { ...bus, slots }, station: file, config };
  return {
    bus: { ...bus, slots },
    station: { slotsPerHost: VIRTUAL_SLOTS_PER_HOST, ...file, slots: [...slots] },
    config,
  };
}

/**
 * Where every command looks for the station file: where --config or FLASHLINE_CONFIG says, else in the working folder. Virtual boards
 * have slots of their own, and take only a file that is named.
 */
export function stationFileFor({
  config,
  virtual,
  virtualBench,
}: Omit<BusOptions, 'virtualSpeed'>): string | undefined {
  if (config !== undefined) return config;
  const isReal = virtual === undefined && virtualBench === undefined;
  return isReal && existsSync(STATION_FILE) ? resolve(STATION_FILE) : undefined;
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
